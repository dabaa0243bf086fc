package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Finite differences in float64 for every operation that the facade offers. */
class OperationGradientTest {
  private interface Case {
    Value build(Graph g, Value a, Value b);
  }

  private static final int[] TOKENS = {2, 0, 4, 2, 1, 3};

  /** Operation name (up to the first blank) to an expression of a [2,3,5] and b [2,3,5]. */
  private static Map<String, Case> cases() {
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("add", (g, a, b) -> a.add(b));
    cases.put("add broadcast", (g, a, b) -> a.add(b.slice(0, 0, 1).slice(2, 1, 2)));
    cases.put("add bias", (g, a, b) -> a.add(b.slice(0, 0, 1).slice(1, 0, 1).reshape(5)));
    cases.put("add number", (g, a, b) -> a.add(0.7).mul(b));
    cases.put("sub", (g, a, b) -> a.sub(b));
    cases.put("sub broadcast", (g, a, b) -> a.slice(1, 0, 1).sub(b));
    cases.put("sub number", (g, a, b) -> a.sub(0.7).mul(b));
    cases.put("rsub", (g, a, b) -> a.rsub(0.7).mul(b));
    cases.put("mul", (g, a, b) -> a.mul(b));
    cases.put("mul broadcast", (g, a, b) -> a.mul(b.slice(0, 1, 2).slice(1, 0, 1)));
    cases.put("mul number", (g, a, b) -> a.mul(-1.7));
    cases.put("div", (g, a, b) -> a.div(b));
    cases.put("div broadcast", (g, a, b) -> a.div(b.slice(2, 3, 4)));
    cases.put("div number", (g, a, b) -> a.div(-1.7));
    cases.put("min", (g, a, b) -> a.min(b));
    cases.put("max", (g, a, b) -> a.max(b));
    cases.put("neg", (g, a, b) -> a.neg());
    cases.put("exp", (g, a, b) -> a.exp());
    cases.put("log", (g, a, b) -> a.log());
    cases.put("sqrt", (g, a, b) -> a.sqrt());
    cases.put("square", (g, a, b) -> a.sub(1).square());
    cases.put("pow", (g, a, b) -> a.pow(-0.5).add(b.pow(3)));
    cases.put("abs", (g, a, b) -> a.sub(1).abs());
    cases.put("sin", (g, a, b) -> a.sin());
    cases.put("cos", (g, a, b) -> a.cos());
    cases.put("tanh", (g, a, b) -> a.sub(1).tanh());
    cases.put("sigmoid", (g, a, b) -> a.sub(1).sigmoid());
    cases.put("softplus", (g, a, b) -> a.sub(1).softplus());
    cases.put("relu", (g, a, b) -> a.sub(1).relu());
    cases.put("silu", (g, a, b) -> a.sub(1).silu());
    cases.put("gelu", (g, a, b) -> a.sub(1).gelu());
    cases.put("geluTanh", (g, a, b) -> a.sub(1).geluTanh());
    cases.put("geluSigmoid", (g, a, b) -> a.sub(1).geluSigmoid());
    cases.put("clip", (g, a, b) -> a.clip(0.8, 1.4));
    cases.put("greaterThan", (g, a, b) -> a.greaterThan(1).mul(b));
    cases.put("select", (g, a, b) -> a.mul(2).select(b.greaterThan(1), b));
    cases.put("stopGradient", (g, a, b) -> shifted(a, a.mean(true, 2).stopGradient()));
    cases.put("reshape", (g, a, b) -> a.reshape(5, -1).square());
    cases.put("permute", (g, a, b) -> a.permute(2, 0, 1).square());
    cases.put("slice", (g, a, b) -> a.slice(-1, 1, 4).square());
    cases.put("split", (g, a, b) -> a.split(0, 2).get(0).mul(b.split(0, 2).get(1)));
    cases.put(
        "split all",
        (g, a, b) -> {
          List<Value> parts = a.split(1, 3);
          return parts.get(0).mul(parts.get(1)).sub(parts.get(2).square());
        });
    cases.put("tile", (g, a, b) -> a.tile(1, 2, 3).square());
    cases.put("sum axis", (g, a, b) -> a.square().sum(false, 1));
    cases.put("sum keep", (g, a, b) -> a.square().sum(true, 0, -1));
    cases.put("sum all", (g, a, b) -> a.square().sum());
    cases.put("mean axis", (g, a, b) -> a.square().mean(false, 0));
    cases.put("mean keep", (g, a, b) -> a.square().mean(true, 1, 2));
    cases.put("mean all", (g, a, b) -> a.square().mean());
    cases.put("max axis", (g, a, b) -> a.square().max(true, -1));
    cases.put("max all", (g, a, b) -> a.square().max(false));
    cases.put("variance", (g, a, b) -> a.variance(false, 1));
    cases.put("variance keep", (g, a, b) -> a.variance(true, 1, 2));
    cases.put("prefixSum", (g, a, b) -> a.prefixSum().square());
    cases.put("matmul 2d", (g, a, b) -> a.reshape(6, 5).matmul(b.reshape(5, 6)));
    cases.put("matmul 2d T", (g, a, b) -> a.reshape(6, 5).matmul(b.reshape(6, 5), true, false));
    cases.put("matmul 2d TT", (g, a, b) -> a.reshape(6, 5).matmul(b.reshape(5, 6), true, true));
    cases.put("matmul 3d", (g, a, b) -> a.matmul(b.reshape(2, 5, 3)));
    cases.put("matmul 3d T", (g, a, b) -> a.matmul(b, true, false));
    cases.put("matmul 3d NT", (g, a, b) -> a.matmul(b, false, true));
    cases.put("matmul 4d", (g, a, b) -> a.reshape(1, 2, 3, 5).matmul(b.reshape(1, 2, 5, 3)));
    cases.put(
        "matmul 4d NT",
        (g, a, b) -> a.reshape(1, 2, 3, 5).matmul(b.reshape(1, 2, 3, 5), false, true));
    cases.put(
        "matmul 4d TT",
        (g, a, b) -> a.reshape(2, 1, 3, 5).matmul(b.reshape(2, 1, 5, 3), true, true));
    cases.put(
        "linear",
        (g, a, b) -> a.linear(b.reshape(5, 6), b.slice(0, 0, 1).slice(2, 0, 2).reshape(6)));
    cases.put("softmax", (g, a, b) -> a.softmax());
    cases.put("logSoftmax", (g, a, b) -> a.logSoftmax());
    cases.put("logSumExp", (g, a, b) -> a.logSumExp());
    cases.put("standardize", (g, a, b) -> a.standardize(1e-5));
    cases.put("layerNorm", (g, a, b) -> a.layerNorm(row(b, 0), row(b, 1), 1e-5));
    cases.put("rmsNorm", (g, a, b) -> a.rmsNorm(row(b, 0), 1e-5));
    cases.put("concat", (g, a, b) -> g.concat(1, a, b.slice(1, 0, 2)).square());
    cases.put("stack", (g, a, b) -> g.stack(1, a, b).square());
    cases.put(
        "embedding",
        (g, a, b) -> {
          Value table = g.parameter("table", 5, 3);
          Value rows = g.embedding(table, g.constant(TOKENS, 2, 3));
          return rows.reshape(6, 3).matmul(table, false, true).reshape(2, 3, 5).mul(a);
        });
    cases.put("rows", (g, a, b) -> g.rows(a.reshape(6, 5), g.constant(TOKENS, 6)).square());
    cases.put(
        "rows of a product",
        (g, a, b) -> {
          Value bias = b.slice(0, 0, 1).slice(2, 0, 2).reshape(6);
          Value product = a.reshape(6, 5).matmul(b.reshape(5, 6)).add(bias).reshape(2, 3, 6);
          return g.rows(product.reshape(6, 6), g.constant(TOKENS, 6)).square();
        });
    cases.put("oneHot", (g, a, b) -> g.oneHot(g.constant(TOKENS, 2, 3), 5).mul(a));
    cases.put(
        "negativeLogLikelihood",
        (g, a, b) -> g.negativeLogLikelihood(a.mul(3), g.constant(TOKENS, 2, 3)));
    cases.put(
        "crossEntropy",
        (g, a, b) ->
            g.crossEntropy(
                a.mul(3),
                g.constant(TOKENS, 2, 3),
                g.constant(new double[] {1, 0.5, 0, 2, 1, 0}, 2, 3)));
    cases.put("meanSquaredError", (g, a, b) -> g.meanSquaredError(a, b));
    cases.put("constant", (g, a, b) -> g.constant(new double[] {1, 2, 3, 4, 5}, 5).mul(a));
    cases.put("input", (g, a, b) -> a);
    cases.put("indices", (g, a, b) -> g.oneHot(g.indices("i", 2, 3), 5).mul(a));
    cases.put("parameter", (g, a, b) -> a);
    return cases;
  }

  /** {@code log sum exp a} by way of a shift on which it does not depend. */
  private static Value shifted(Value a, Value shift) {
    return a.sub(shift).exp().sum(true, 2).log().add(shift);
  }

  private static Value row(Value b, int i) {
    return b.slice(0, 0, 1).slice(1, i, i + 1).reshape(5);
  }

  @Test
  void everyOperationHasTheGradientOfItsFiniteDifferences() {
    StringBuilder table = new StringBuilder("operation, worst finite-difference error (float64)\n");
    List<String> wrong = new ArrayList<>();
    cases()
        .forEach(
            (name, build) -> {
              double worst = Double.NaN;
              try {
                worst = worst(build);
              } catch (RuntimeException e) {
                wrong.add(name + " " + e);
              }
              table.append(String.format(Locale.ROOT, "%-22s %.1e%n", name, worst));
              if (!(worst < GradientCheck.TOLERANCE)) {
                wrong.add(name + " " + worst);
              }
            });
    System.err.print(table);
    assertThat(wrong).isEmpty();
  }

  @Test
  void noOfferedOperationIsLeftOutOfTheTable() {
    Set<String> offered = new TreeSet<>();
    Stream.of(Value.class, Graph.class)
        .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
        .filter(OperationGradientTest::isOperation)
        .forEach(m -> offered.add(m.getName()));
    offered.remove("cachedAttention"); // has no gradient; CachedModelTest holds its values
    Set<String> checked = new TreeSet<>();
    cases().keySet().forEach(name -> checked.add(name.split(" ")[0]));
    assertThat(checked).isEqualTo(offered);
  }

  private static boolean isOperation(java.lang.reflect.Method m) {
    boolean gives = m.getReturnType() == Value.class || m.getReturnType() == List.class;
    return Modifier.isPublic(m.getModifiers()) && gives;
  }

  /** Where float32 runs a kernel of our own, this holds it to the checked float64 formula. */
  @Test
  void everyOperationGivesTheSameInFloat32() {
    List<String> wrong = new ArrayList<>();
    cases()
        .forEach(
            (name, build) -> {
              double[] narrow = gradient(build, Precision.FLOAT32);
              double[] wide = gradient(build, Precision.FLOAT64);
              double worst = 0;
              for (int i = 0; i < wide.length; i++) {
                worst = Math.max(worst, Math.abs(narrow[i] - wide[i]) / (1 + Math.abs(wide[i])));
              }
              if (!(worst < 2e-5)) {
                wrong.add(name + " " + worst);
              }
            });
    assertThat(wrong).isEmpty();
  }

  /** Loss and gradient. */
  private static double[] gradient(Case build, Precision precision) {
    try (Program p = program(build, precision)) {
      Layout layout = p.differentiated();
      double[] at = random(1, layout.size(), 0.5, 1.7);
      layout
          .tensors()
          .forEach(t -> p.set(t.name(), Arrays.copyOfRange(at, t.offset(), t.offset() + t.size())));
      p.run();
      double[] gradient = p.gradients().toDoubles();
      double[] all = Arrays.copyOf(gradient, gradient.length + 1);
      all[gradient.length] = p.scalar("loss");
      return all;
    }
  }

  @Test
  void stopGradientStopsIt() {
    Graph g = new Graph(Precision.FLOAT64);
    Value a = g.parameter("a", 3);
    g.output("loss", a.mul(a.stopGradient()).sum());
    try (Program p = g.training("loss")) {
      p.setParameters(new double[] {1, 2, 3}).run();
      assertThat(p.scalar("loss")).isEqualTo(14);
      assertThat(p.gradients().doubles()).containsExactly(1, 2, 3);
    }
  }

  private static double worst(Case build) {
    try (Program p = program(build, Precision.FLOAT64)) {
      return GradientCheck.worst(p, "loss", random(1, p.differentiated().size(), 0.5, 1.7));
    }
  }

  /** Loss: 0.37 times the sum of the result times fixed weights: no gradient inside is constant. */
  private static Program program(Case build, Precision precision) {
    Graph g = new Graph(precision);
    Value a = g.parameter("a", 2, 3, 5);
    Value b = g.parameter("b", 2, 3, 5);
    Value result = build.build(g, a, b);
    double[] weights = random(7, Shapes.size(result.shape()), -1, 1);
    g.output("loss", result.mul(g.constant(weights, result.shape())).sum().mul(0.37));
    return g.training("loss");
  }

  private static double[] random(int item, int n, double low, double high) {
    RandomStream stream = new RandomStream(5, RandomStream.purpose("gradient-check"), item, 0);
    double[] numbers = new double[n];
    Arrays.setAll(numbers, i -> low + (high - low) * stream.nextDouble());
    return numbers;
  }
}
