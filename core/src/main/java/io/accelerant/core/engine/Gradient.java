package io.accelerant.core.engine;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Asks SameDiff for the graph of a gradient. */
final class Gradient {
  /**
   * A gradient variable: of a whole leaf, or of the rows that a lookup took from it.
   *
   * @param variable name in the gradient graph
   * @param indices the indices by which its rows are scattered, or null
   */
  record Part(String variable, String indices) {}

  private Gradient() {}

  /**
   * @param parts receives, for each leaf asked for, what adds up to its gradient; nothing when the
   *     loss does not depend on it
   */
  static SameDiff of(
      Graph graph, Value loss, List<String> withRespectTo, Map<String, List<Part>> parts) {
    Set<String> sources = new LinkedHashSet<>();
    for (String name : withRespectTo) {
      Leaf leaf = graph.leaves.get(name);
      if (leaf == null || !leaf.type().isFPType()) {
        throw new IllegalArgumentException("no parameter or input of numbers is named " + name);
      }
      sources.add(name);
    }
    graph.leaves.forEach(
        (name, leaf) -> {
          if (leaf.source() instanceof Leaf.Lookup lookup && sources.contains(lookup.table())) {
            sources.add(name);
          }
        });
    SameDiff sd = graph.sd;
    sd.setLossVariables(loss.variable.name());
    quietly(() -> sd.createGradFunction(sources.toArray(String[]::new)));
    SameDiff gradient = sd.getFunction("grad");
    for (String name : withRespectTo) {
      parts.put(name, new ArrayList<>());
    }
    for (String name : sources) {
      SDVariable variable = gradient.getGradForVariable(name);
      if (variable != null) {
        if (graph.leaves.get(name).source() instanceof Leaf.Lookup lookup) {
          parts.get(lookup.table()).add(new Part(variable.name(), lookup.indices()));
        } else {
          parts.get(name).add(new Part(variable.name(), null));
        }
      }
    }
    return gradient;
  }

  /**
   * SameDiff prints a line for every operation it differentiates; this thread's lines are dropped.
   */
  private static void quietly(Runnable work) {
    PrintStream original = System.out;
    Thread builder = Thread.currentThread();
    PrintStream filter =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) {
                if (Thread.currentThread() != builder) {
                  original.write(b);
                }
              }

              @Override
              public void write(byte[] bytes, int offset, int count) {
                if (Thread.currentThread() != builder) {
                  original.write(bytes, offset, count);
                }
              }
            },
            true);
    System.setOut(filter);
    try {
      work.run();
    } finally {
      if (System.out == filter) {
        System.setOut(original);
      }
    }
  }
}
