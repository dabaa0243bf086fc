package io.accelerant.distill.continuous;

import java.util.ArrayList;
import java.util.List;

/**
 * The last outputs of the model with their times, newest first. Immutable, so that an update can be
 * tried without doing it; the arrays are shared and never written.
 */
public final class History {
  /** UniPC-3 and DEIS-4 look at most this far back; compensation at 3. */
  static final int LONGEST = 4;

  private static final History EMPTY = new History(List.of(), List.of());

  private final List<Node> nodes;
  private final List<double[]> outputs;

  private History(List<Node> nodes, List<double[]> outputs) {
    this.nodes = nodes;
    this.outputs = outputs;
  }

  static History empty() {
    return EMPTY;
  }

  int size() {
    return nodes.size();
  }

  /** Node j, 0 the newest. */
  Node node(int j) {
    return nodes.get(j);
  }

  /** Output j, 0 the newest; not to be written. */
  double[] output(int j) {
    return outputs.get(j);
  }

  /** With one more output; the oldest is forgotten beyond {@link #LONGEST}. */
  History push(Node node, double[] output) {
    List<Node> newNodes = new ArrayList<>(LONGEST);
    List<double[]> newOutputs = new ArrayList<>(LONGEST);
    newNodes.add(node);
    newOutputs.add(output);
    for (int j = 0; j < Math.min(size(), LONGEST - 1); j++) {
      newNodes.add(nodes.get(j));
      newOutputs.add(outputs.get(j));
    }
    return new History(newNodes, newOutputs);
  }

  /** With another newest output, at the same time. */
  History withNewest(double[] output) {
    List<double[]> changed = new ArrayList<>(outputs);
    changed.set(0, output);
    return new History(nodes, changed);
  }
}
