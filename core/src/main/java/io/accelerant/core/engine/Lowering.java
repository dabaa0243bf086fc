package io.accelerant.core.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;

/**
 * Replaces ND4J's backward operations by plain forward ones where those cost less: a gradient that
 * nobody wants is then dropped with its node, one that equals the incoming gradient becomes a view,
 * and the rest run in the quick element-wise loops and matrix products. Operations whose operands'
 * shapes are not known stay as they are.
 */
final class Lowering {
  private final Map<String, int[]> shapes;

  /** Variables that hold nothing but ones. */
  private final Set<String> ones;

  private final List<Node> lowered = new ArrayList<>();
  private final Map<String, String> same = new HashMap<>();
  private int fresh;

  private Lowering(Map<String, int[]> shapes, Set<String> ones) {
    this.shapes = new HashMap<>(shapes);
    this.ones = new HashSet<>(ones);
  }

  /**
   * @param nodes in an order in which every node follows those it reads
   * @param shapes of the variables that the facade made
   * @param ones names of constants that are one
   */
  static List<Node> lower(List<Node> nodes, Map<String, int[]> shapes, Set<String> ones) {
    Lowering lowering = new Lowering(shapes, ones);
    nodes.forEach(lowering::lower);
    return lowering.lowered;
  }

  private void lower(Node node) {
    boolean done =
        switch (node.operation()) {
          case "add_bp" -> binary(node, false);
          case "subtract_bp" -> binary(node, true);
          case "multiply_bp" -> product(node);
          case "matmul_bp" -> matmul(node);
          case "reduce_sum_bp" -> {
            if (ones.contains(node.inputs().get(1)) && known(node.inputs().get(0))) {
              ones.add(node.outputs().get(0));
              shapes.put(node.outputs().get(0), shapes.get(node.inputs().get(0)));
            }
            yield false;
          }
          default -> false;
        };
    if (!done) {
      lowered.add(node);
    }
  }

  private boolean known(String... names) {
    return Arrays.stream(names).allMatch(shapes::containsKey);
  }

  /**
   * {@code x + y} or {@code x - y}: the incoming gradient itself, summed where it was broadcast.
   */
  private boolean binary(Node node, boolean negate) {
    String x = node.inputs().get(0);
    String y = node.inputs().get(1);
    String g = node.inputs().get(2);
    if (!known(x, y)) {
      return false;
    }
    int[] shape = Shapes.broadcast(node.operation(), shapes.get(x), shapes.get(y));
    shapes.put(g, shape);
    sumTo(g, shapes.get(x), node.outputs().get(0));
    if (negate) {
      String summed = sumTo(g, shapes.get(y), null);
      emit(new Node.Native(new Negative()), node.outputs().get(1), shapes.get(y), summed);
    } else {
      sumTo(g, shapes.get(y), node.outputs().get(1));
    }
    return true;
  }

  /** {@code x y}: the incoming gradient times the other factor, summed where it was broadcast. */
  private boolean product(Node node) {
    String x = node.inputs().get(0);
    String y = node.inputs().get(1);
    String g = node.inputs().get(2);
    if (!known(x, y)) {
      return false;
    }
    int[] shape = Shapes.broadcast(node.operation(), shapes.get(x), shapes.get(y));
    shapes.put(g, shape);
    factor(g, y, shapes.get(x), node.outputs().get(0));
    if (x.equals(y)) {
      emit(new Node.View(null), node.outputs().get(1), shape, node.outputs().get(0));
    } else {
      factor(g, x, shapes.get(y), node.outputs().get(1));
    }
    return true;
  }

  private void factor(String g, String other, int[] target, String output) {
    int[] shape = shapes.get(g);
    if (ones.contains(g) && Arrays.equals(shape, shapes.get(other))) {
      sumTo(other, target, output);
      return;
    }
    if (Arrays.equals(shape, target)) {
      emit(custom("multiply"), output, shape, g, other);
      return;
    }
    String full = fresh();
    emit(custom("multiply"), full, shape, g, other);
    sumTo(full, target, output);
  }

  /** {@code dA = G B'}, {@code dB = A' G} with the transpositions of the forward product. */
  private boolean matmul(Node node) {
    long[] flags = ((DynamicCustomOp) ((Node.Native) node.action()).function()).iArgs();
    if (flags.length > 2 && flags[2] != 0 || node.inputs().size() != 3) {
      return false;
    }
    boolean ta = flags.length > 0 && flags[0] != 0;
    boolean tb = flags.length > 1 && flags[1] != 0;
    String a = node.inputs().get(0);
    String b = node.inputs().get(1);
    String g = node.inputs().get(2);
    String da = node.outputs().get(0);
    String db = node.outputs().get(1);
    if (ta) {
      multiply(b, g, tb, true, da);
    } else {
      multiply(g, b, false, !tb, da);
    }
    if (tb) {
      multiply(g, a, true, ta, db);
    } else {
      multiply(a, g, !ta, false, db);
    }
    return true;
  }

  private void multiply(String a, String b, boolean ta, boolean tb, String output) {
    emit(custom("matmul", ta ? 1 : 0, tb ? 1 : 0, 0), output, null, a, b);
  }

  /** Sums the axes along which the target was broadcast; returns the output's name. */
  private String sumTo(String from, int[] target, String output) {
    int[] shape = shapes.get(from);
    String name = output == null ? fresh() : output;
    if (Arrays.equals(shape, target)) {
      emit(new Node.View(null), name, target, from);
      return name;
    }
    int lead = shape.length - target.length;
    List<Integer> axes = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      if (i < lead || target[i - lead] != shape[i]) {
        axes.add(i);
      }
    }
    if (axes.get(axes.size() - 1) == axes.size() - 1) {
      return sumRows(from, axes.size(), target, name);
    }
    String summed = fresh();
    emit(
        custom("reduce_sum", axes.stream().mapToInt(Integer::intValue).toArray()),
        summed,
        null,
        from);
    emit(new Node.View(target), name, target, summed);
    return name;
  }

  /**
   * Sums the leading axes by a row of ones times the matrix: ND4J's own loop takes ten times as
   * long.
   */
  private String sumRows(String from, int axes, int[] target, String name) {
    int[] shape = shapes.get(from);
    int rows = Shapes.size(Arrays.copyOf(shape, axes));
    String matrix = fresh();
    String row = fresh();
    String summed = fresh();
    emit(new Node.View(new int[] {rows, Shapes.size(shape) / rows}), matrix, null, from);
    emit(new Node.Ones(rows), row, null);
    emit(custom("matmul", 0, 0, 0), summed, null, row, matrix);
    emit(new Node.View(target), name, target, summed);
    return name;
  }

  private void emit(Node.Action action, String output, int[] shape, String... inputs) {
    if (shape != null) {
      shapes.put(output, shape);
    }
    lowered.add(new Node(action, List.of(inputs), List.of(output)));
  }

  private String fresh() {
    return "lowered#" + fresh++;
  }

  private static Node.Native custom(String name, int... arguments) {
    DifferentialFunction op = DynamicCustomOp.builder(name).addIntegerArguments(arguments).build();
    return new Node.Native(op);
  }
}
