package io.accelerant.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final double[] START = {0.5, -1.25, 2};
  private static final double[][] GRADIENTS = {
    {0.1, -0.2, 0.3}, {-0.4, 0.05, 0.6}, {0.25, 0.7, -0.15}
  };
  private static final double[] RATES = {0.1, 0.05, 0.2};

  /** Parameters in the layout: a matrix w of two and a bias b of one. */
  private static final Layout LAYOUT = layout();

  private static Layout layout() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("w", new int[] {2, 1});
    shapes.put("b", new int[] {1});
    return Layout.of(shapes);
  }

  private static double[] run(OptimizerSpec spec) {
    double[] p = START.clone();
    try (Optimizer optimizer = new Optimizer(spec, LAYOUT, Precision.FLOAT64)) {
      for (int t = 0; t < GRADIENTS.length; t++) {
        optimizer.step(Flat.of(p), Flat.of(GRADIENTS[t].clone()), RATES[t]);
      }
    }
    return p;
  }

  @Test
  void gradientDescentSubtractsTheScaledGradient() {
    double[] expected = START.clone();
    for (int t = 0; t < 3; t++) {
      for (int i = 0; i < 3; i++) {
        expected[i] -= RATES[t] * GRADIENTS[t][i];
      }
    }
    assertThat(run(OptimizerSpec.sgd())).containsExactly(expected, within(1e-15));
  }

  @Test
  void nesterovLooksAheadAlongTheMomentum() {
    double mu = 0.9;
    double[] expected = START.clone();
    double[] v = new double[3];
    for (int t = 0; t < 3; t++) {
      for (int i = 0; i < 3; i++) {
        double before = v[i];
        v[i] = mu * v[i] - RATES[t] * GRADIENTS[t][i];
        expected[i] += -mu * before + (1 + mu) * v[i];
      }
    }
    assertThat(run(OptimizerSpec.nesterovs(mu))).containsExactly(expected, within(1e-15));
  }

  @Test
  void adamFollowsItsEquations() {
    assertThat(run(OptimizerSpec.adam(0.9, 0.99, 1e-8)))
        .containsExactly(adam(0.9, 0.99, 1e-8, 0, false), within(1e-14));
  }

  @Test
  void adamWDecaysApartFromTheGradient() {
    assertThat(run(OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.1)))
        .containsExactly(adam(0.9, 0.99, 1e-8, 0.1, false), within(1e-14));
  }

  private static double[] adam(
      double b1, double b2, double epsilon, double decay, boolean onlyMatrices) {
    double[] p = START.clone();
    double[] m = new double[3];
    double[] v = new double[3];
    for (int t = 1; t <= 3; t++) {
      for (int i = 0; i < 3; i++) {
        double g = GRADIENTS[t - 1][i];
        double rate = RATES[t - 1];
        m[i] = b1 * m[i] + (1 - b1) * g;
        v[i] = b2 * v[i] + (1 - b2) * g * g;
        double corrected = rate * Math.sqrt(1 - Math.pow(b2, t)) / (1 - Math.pow(b1, t));
        if (!onlyMatrices || i < 2) {
          p[i] *= 1 - rate * decay;
        }
        p[i] -= corrected * m[i] / (Math.sqrt(v[i]) + epsilon);
      }
    }
    return p;
  }

  @Test
  void weightDecayCanLeaveBiasesAlone() {
    double[] p = START.clone();
    OptimizerSpec spec = OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.1);
    try (Optimizer optimizer =
        new Optimizer(spec, LAYOUT, Precision.FLOAT64, t -> t.shape().size() > 1)) {
      for (int t = 0; t < 3; t++) {
        optimizer.step(Flat.of(p), Flat.of(GRADIENTS[t].clone()), RATES[t]);
      }
    }
    assertThat(p).containsExactly(adam(0.9, 0.99, 1e-8, 0.1, true), within(1e-14));
  }

  @Test
  void adaMaxDividesByTheLargestRecentGradient() {
    double b1 = 0.9;
    double b2 = 0.99;
    double[] expected = START.clone();
    double[] m = new double[3];
    double[] u = new double[3];
    for (int t = 1; t <= 3; t++) {
      for (int i = 0; i < 3; i++) {
        double g = GRADIENTS[t - 1][i];
        m[i] = b1 * m[i] + (1 - b1) * g;
        u[i] = Math.max(b2 * u[i], Math.abs(g));
        expected[i] -= RATES[t - 1] / (1 - Math.pow(b1, t)) * m[i] / u[i];
      }
    }
    assertThat(run(OptimizerSpec.adaMax(b1, b2))).containsExactly(expected, within(1e-14));
  }

  @Test
  void float32FollowsFloat64() {
    OptimizerSpec spec = OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.1);
    float[] p = {0.5f, -1.25f, 2};
    try (Optimizer optimizer = new Optimizer(spec, LAYOUT, Precision.FLOAT32)) {
      for (int t = 0; t < 3; t++) {
        double[] g = GRADIENTS[t];
        optimizer.step(Flat.of(p), Flat.of(Precision.FLOAT32, g), RATES[t]);
      }
    }
    double[] expected = run(spec);
    for (int i = 0; i < 3; i++) {
      assertThat(p[i]).isCloseTo((float) expected[i], within(1e-6f));
    }
  }

  @Test
  void restoredStateGoesOnWithTheSameBits() {
    for (OptimizerSpec spec :
        new OptimizerSpec[] {
          OptimizerSpec.adam(0.9, 0.99, 1e-8),
          OptimizerSpec.nesterovs(0.9),
          OptimizerSpec.adaMax(0.9, 0.99),
          OptimizerSpec.sgd()
        }) {
      float[] p = {1, 2, 3};
      float[] q;
      try (Optimizer first = new Optimizer(spec, LAYOUT, Precision.FLOAT32);
          Optimizer second = new Optimizer(spec, LAYOUT, Precision.FLOAT32)) {
        first.step(Flat.of(p), Flat.of(new float[] {0.1f, -0.2f, 0.3f}), 0.1);
        q = p.clone();
        second.restore(first.steps());
        first.names().forEach(name -> second.restore(name, first.state(name)));
        first.step(Flat.of(p), Flat.of(new float[] {0.3f, 0.1f, -0.2f}), 0.1);
        second.step(Flat.of(q), Flat.of(new float[] {0.3f, 0.1f, -0.2f}), 0.1);
      }
      assertThat(q).as(spec.rule().toString()).containsExactly(p);
    }
  }

  @Test
  void wrongSizesAndNamesAreRefused() {
    try (Optimizer optimizer =
        new Optimizer(OptimizerSpec.adam(0.9, 0.99, 1e-8), LAYOUT, Precision.FLOAT32)) {
      assertThatThrownBy(() -> optimizer.step(Flat.of(new float[2]), Flat.of(new float[3]), 0.1))
          .hasMessageContaining("3 parameters, got 2");
      assertThatThrownBy(() -> optimizer.restore("X", Flat.of(new float[3])))
          .hasMessageContaining("[M, V]");
    }
    assertThatThrownBy(() -> OptimizerSpec.nesterovs(1)).hasMessageContaining("[0, 1)");
  }

  @Test
  void closedOptimizerRefuses() {
    Optimizer optimizer = new Optimizer(OptimizerSpec.sgd(), LAYOUT, Precision.FLOAT32);
    optimizer.close();
    optimizer.close();
    assertThatThrownBy(() -> optimizer.step(Flat.of(new float[3]), Flat.of(new float[3]), 0.1))
        .hasMessageContaining("closed");
  }
}
