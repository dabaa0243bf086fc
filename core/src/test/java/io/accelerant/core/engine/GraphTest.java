package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GraphTest {
  private final Graph g = new Graph(Precision.FLOAT32);
  private final Value a = g.parameter("a", 2, 3);

  @Test
  void shapesThatDoNotFitAreNamedWithTheOperation() {
    Value b = g.parameter("b", 4, 3);
    assertThatThrownBy(() -> a.add(b)).hasMessage("add: shapes [2, 3] and [4, 3] do not fit");
    assertThatThrownBy(() -> a.matmul(b)).hasMessageContaining("inner 3 and 4");
    assertThatThrownBy(() -> a.matmul(g.input("c", 1, 3, 2))).hasMessageContaining("equal ranks");
    assertThatThrownBy(() -> a.reshape(4, -1)).hasMessageContaining("reshape");
    assertThatThrownBy(() -> a.permute(0, 0)).hasMessageContaining("every axis once");
    assertThatThrownBy(() -> a.slice(1, 2, 2)).hasMessageContaining("[2, 2)");
    assertThatThrownBy(() -> a.sum(false, 2)).hasMessageContaining("axis 2");
    assertThatThrownBy(() -> a.mean(false, 1, -1)).hasMessageContaining("twice");
    assertThatThrownBy(() -> a.split(1, 2)).hasMessageContaining("2 equal parts");
    assertThatThrownBy(() -> g.concat(1, a, b)).hasMessageContaining("concat");
    assertThatThrownBy(() -> g.stack(0, a, b)).hasMessageContaining("stack");
    assertThatThrownBy(() -> g.constant(new double[5], 2, 3)).hasMessageContaining("5 numbers");
    assertThatThrownBy(() -> g.input("zero", 0)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> a.layerNorm(a, a, 1e-5)).hasMessageContaining("last axis");
  }

  @Test
  void resultsKnowTheirShape() {
    assertThat(a.matmul(g.input("x", 5, 3), false, true).shape()).containsExactly(2, 5);
    assertThat(a.sum(true, 1).shape()).containsExactly(2, 1);
    assertThat(a.sum().shape()).isEmpty();
    assertThat(a.tile(2, 1).shape()).containsExactly(4, 3);
    assertThat(g.stack(1, a, a).shape()).containsExactly(2, 2, 3);
    assertThat(g.oneHot(g.indices("i", 4), 7).shape()).containsExactly(4, 7);
    assertThat(a.linear(g.parameter("w", 3, 6), g.parameter("c", 6)).shape()).containsExactly(2, 6);
  }

  @Test
  void namesAndGraphsAreKeptApart() {
    assertThatThrownBy(() -> g.input("a", 1)).hasMessageContaining("declared twice");
    Value other = new Graph(Precision.FLOAT32).parameter("a", 2, 3);
    assertThatThrownBy(() -> a.add(other)).hasMessageContaining("another graph");
    g.output("o", a);
    assertThatThrownBy(() -> g.output("o", a)).hasMessageContaining("named twice");
  }

  @Test
  void indicesAreNotNumbers() {
    Value ids = g.indices("ids", 2);
    assertThatThrownBy(ids::exp).hasMessageContaining("holds indices");
    assertThatThrownBy(() -> g.embedding(a, a)).hasMessageContaining("whole numbers");
    assertThatThrownBy(() -> g.embedding(a.mul(2), ids)).hasMessageContaining("parameter");
    assertThatThrownBy(() -> g.training("loss", java.util.List.of("ids")))
        .hasMessageContaining("scalar");
  }

  @Test
  void lossMustBeANamedScalarAndIsDifferentiatedOnce() {
    g.output("matrix", a);
    assertThatThrownBy(() -> g.training("matrix")).hasMessageContaining("named scalar");
    g.output("loss", a.sum());
    assertThatThrownBy(() -> g.training("loss", java.util.List.of("nobody")))
        .hasMessageContaining("nobody");
    g.output("fixed", g.constant(new double[] {1}, 1).sum());
    Graph fresh = new Graph(Precision.FLOAT32);
    fresh.parameter("p", 1);
    fresh.output("loss", fresh.constant(new double[] {1}, 1).mul(2).sum());
    assertThatThrownBy(() -> fresh.training("loss")).hasMessageContaining("depends on none");
  }

  @Test
  void aGraphIsDifferentiatedOnce() {
    g.output("loss", a.sum());
    g.training("loss").close();
    assertThatThrownBy(() -> g.training("loss")).hasMessageContaining("only once");
  }

  @Test
  void shapesFromNumbersAreRefused() {
    Value ids = g.indices("shape", 2);
    Value odd =
        g.value(() -> g.sd.reshape(a.variable, ids.variable), new int[] {3, 2}); // not offered
    g.output("o", odd);
    assertThatThrownBy(g::forward)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("reshape reads whole numbers (shape)")
        .hasMessageContaining("shapes are static");
  }
}
