package io.accelerant.core.engine;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The graph of a gradient, by SameDiff. What SameDiff does not know is a leaf to it: of a lookup it
 * differentiates with respect to the rows. For a kernel {@code y = f(x)} it gives {@code dL/dy} of
 * the leaf y; the kernel turns that into a gradient e for x, and since e is added to the gradient
 * of x by differentiating {@code L + sum(x e)} with e held fixed, everything before x follows.
 *
 * @param source SameDiff's graph, forward operations included
 * @param backward the nodes of the kernels' gradients
 * @param parts what adds up to the gradient of each leaf asked for; nothing when the loss does not
 *     depend on it
 */
record Gradient(SameDiff source, List<Node> backward, Map<String, List<Part>> parts) {
  /**
   * A gradient variable: of a whole leaf, or of the rows that a lookup took from it.
   *
   * @param variable name in the gradient graph
   * @param indices the indices by which its rows are scattered, or null
   */
  record Part(String variable, String indices) {}

  static Gradient of(Graph graph, Value loss, List<String> withRespectTo) {
    Set<String> asked = new LinkedHashSet<>(withRespectTo);
    for (String name : asked) {
      Leaf leaf = graph.leaves.get(name);
      if (leaf == null
          || !leaf.type().isFPType()
          || !(leaf.source() instanceof Leaf.Parameter || leaf.source() instanceof Leaf.Input)) {
        throw new IllegalArgumentException("no parameter or input of numbers is named " + name);
      }
    }
    List<Node> forward = Schedule.order(graph.nodes(graph.sd), List.of(loss.variable.name()));
    Set<String> active = active(forward, asked);
    Set<String> leaves = new LinkedHashSet<>();
    forward.forEach(node -> node.inputs().stream().filter(active::contains).forEach(leaves::add));
    leaves.retainAll(graph.leaves.keySet());
    if (!active.contains(loss.variable.name())) {
      throw new IllegalArgumentException("the loss depends on none of " + asked);
    }
    Map<String, List<String>> sent = new LinkedHashMap<>();
    List<String> losses = new ArrayList<>(List.of(loss.variable.name()));
    for (Node node : forward) {
      if (node.action() instanceof Node.Forward && active.contains(node.outputs().get(0))) {
        sent.put(node.outputs().get(0), external(graph, node, active, losses));
      }
    }
    SameDiff sd = graph.sd;
    sd.setLossVariables(losses.toArray(String[]::new));
    quietly(() -> sd.createGradFunction(leaves.toArray(String[]::new)));
    SameDiff source = sd.getFunction("grad");
    Map<String, List<Part>> parts = new LinkedHashMap<>();
    asked.forEach(name -> parts.put(name, new ArrayList<>()));
    List<Node> backward = new ArrayList<>();
    for (String name : leaves) {
      SDVariable gradient = source.getGradForVariable(name);
      Leaf.Source leaf = graph.leaves.get(name).source();
      if (leaf instanceof Leaf.Fused fused) {
        backward.add(backward(fused, active, gradient.name(), sent.get(name)));
      } else if (leaf instanceof Leaf.Lookup lookup) {
        parts.get(lookup.table()).add(new Part(gradient.name(), lookup.indices()));
      } else if (gradient != null) { // null: read by lookups only
        parts.get(name).add(0, new Part(gradient.name(), null));
      }
    }
    return new Gradient(source, backward, parts);
  }

  /** Everything that depends on the leaves asked for, by a path along which gradients flow. */
  private static Set<String> active(List<Node> forward, Set<String> asked) {
    Set<String> active = new HashSet<>(asked);
    for (Node node : forward) {
      boolean stops = node.action() instanceof Node.View; // of the forward graph: a stopped copy
      if (!stops && node.inputs().stream().anyMatch(active::contains)) {
        active.addAll(node.outputs());
      }
    }
    return active;
  }

  /** Adds {@code sum(x e)} to the losses for each active operand; returns the names of the e. */
  private static List<String> external(
      Graph graph, Node node, Set<String> active, List<String> losses) {
    List<String> names = new ArrayList<>();
    for (String operand : node.inputs()) {
      if (active.contains(operand)) {
        int[] shape = graph.shapes.get(operand);
        Value x = new Value(graph, graph.sd.getVariable(operand), shape);
        Value e = graph.external(x);
        names.add(e.variable.name());
        losses.add(x.mul(e).sum().variable.name());
      }
    }
    return names;
  }

  private static Node backward(
      Leaf.Fused fused, Set<String> active, String incoming, List<String> sent) {
    List<Integer> wanted = new ArrayList<>();
    for (int i = 0; i < fused.operands().size(); i++) {
      if (active.contains(fused.operands().get(i))) {
        wanted.add(i);
      }
    }
    List<String> inputs = new ArrayList<>(fused.operands());
    inputs.add(incoming);
    return new Node(new Node.Backward(fused.kernel(), List.copyOf(wanted)), inputs, sent);
  }

  /**
   * SameDiff prints a line for every operation it differentiates; this thread's lines are dropped.
   */
  static void quietly(Runnable work) {
    PrintStream original = System.out;
    Thread builder = Thread.currentThread();
    OutputStream filter =
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
        };
    PrintStream filtered = new PrintStream(filter, true);
    System.setOut(filtered);
    try {
      work.run();
    } finally {
      if (System.out == filtered) {
        System.setOut(original);
      }
    }
  }
}
