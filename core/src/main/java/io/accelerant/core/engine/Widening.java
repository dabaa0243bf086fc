package io.accelerant.core.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * Puts before every node that reads a tensor of 16 bits one that widens it, so that the wide copy
 * is there for that node alone: once in the forward pass and once again in the backward pass. Of a
 * table, only the rows that are looked up become wide.
 */
final class Widening {
  private final Set<String> narrow;
  private final Map<String, int[]> shapes;
  private final List<Node> widened = new ArrayList<>();

  private Widening(Set<String> narrow, Map<String, int[]> shapes) {
    this.narrow = narrow;
    this.shapes = shapes;
  }

  /**
   * @param order in which nodes are run; it stays
   * @param narrow names of the tensors of 16 bits
   * @param shapes takes the shapes of what is looked up in 16 bits
   */
  static List<Node> insert(List<Node> order, Set<String> narrow, Map<String, int[]> shapes) {
    Widening widening = new Widening(narrow, shapes);
    order.forEach(widening::add);
    return widening.widened;
  }

  private void add(Node node) {
    if (node.readsNarrow() || node.inputs().stream().noneMatch(narrow::contains)) {
      widened.add(node);
    } else if (node.action() instanceof Node.Lookup) {
      String rows = node.outputs().get(0) + "~rows";
      shapes.put(rows, shapes.get(node.outputs().get(0)));
      widened.add(new Node(node.action(), node.inputs(), List.of(rows)));
      widened.add(new Node(widen(), List.of(rows), node.outputs()));
    } else {
      Map<String, String> wide = new HashMap<>();
      for (String input : node.inputs()) {
        if (narrow.contains(input) && !wide.containsKey(input)) {
          wide.put(input, input + "~" + widened.size());
          widened.add(new Node(widen(), List.of(input), List.of(wide.get(input))));
        }
      }
      List<String> inputs =
          node.inputs().stream().map(input -> wide.getOrDefault(input, input)).toList();
      widened.add(new Node(node.action(), inputs, node.outputs()));
    }
  }

  private static Node.Native widen() {
    return new Node.Native(
        DynamicCustomOp.builder("cast").addIntegerArguments(DataType.FLOAT.toInt()).build());
  }
}
