package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FewRowsProductTest {
  private static final int IN = 523;
  private static final int OUT = 556; // more than are summed at a time

  private static float[] random(int n, int item) {
    RandomStream stream = new RandomStream(7, RandomStream.purpose("test.few"), item, 0);
    float[] numbers = new float[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = (float) stream.nextGaussian();
    }
    return numbers;
  }

  private static float[] multiply(float[] x, float[] w, boolean transposed, Past... pasts) {
    float[] columns = w.clone();
    for (int i = 0; transposed && i < w.length; i++) {
      columns[i % IN * OUT + i / IN] = w[i];
    }
    Past.Rows rows = new Past.Rows();
    rows.set(pasts);
    float[] y = new float[x.length / IN * OUT];
    Arrays.fill(y, Float.NaN);
    MatrixReader matrix = MatrixReader.of(FloatBuffer.wrap(columns), IN, OUT);
    new FewRowsProduct(FloatBuffer.wrap(x), matrix, FloatBuffer.wrap(y), rows).run();
    return y;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsTimesAMatrixAreTheirProductWhateverTheirNumber(boolean transposed) {
    float[] x = random(4 * IN, 0);
    float[] w = random(IN * OUT, 1);
    float[] four = multiply(x, w, transposed);
    for (int row = 0; row < 4; row++) {
      for (int j = 0; j < OUT; j++) {
        double sum = 0;
        for (int i = 0; i < IN; i++) {
          sum += (double) x[row * IN + i] * w[transposed ? j * IN + i : i * OUT + j];
        }
        assertThat((double) four[row * OUT + j]).isCloseTo(sum, within(1e-4));
      }
      float[] one = multiply(Arrays.copyOfRange(x, row * IN, (row + 1) * IN), w, transposed);
      assertThat(one).isEqualTo(Arrays.copyOfRange(four, row * OUT, (row + 1) * OUT));
    }
  }

  @Test
  void rowsAfterTheLastThatHasAPastAreZero() {
    float[] x = random(4 * IN, 0);
    float[] w = random(IN * OUT, 1);
    float[] all = multiply(x, w, false);
    float[] some = multiply(x, w, false, null, new Past(1, 1), null, null);
    Arrays.fill(all, 2 * OUT, 4 * OUT, 0);
    assertThat(some).isEqualTo(all);
  }

  @Test
  void oneDnnHasTheSameBitsWhereThatIsPromised() throws IOException {
    assumeTrue(Avx2.isTheKernel(), "promised of oneDNN's AVX2 kernels");
    assertThat(FewRowsProbe.SAME_BITS).isTrue();
  }

  /** Two products read one matrix, as it is and transposed; a third is too narrow. */
  @Test
  void aMatrixOfFewRowsIsAParameterLikeOthers() {
    Graph g = new Graph(Precision.FLOAT32).fewRows();
    Value x = g.input("x", 2, 32);
    Value w = g.parameter("w", 32, 16);
    Value h = x.matmul(w);
    g.output("narrow", h.matmul(g.parameter("v", 16, 3)));
    g.output("y", h.matmul(w, false, true));
    float[] parameters = random(32 * 16 + 16 * 3, 2);
    float[] input = random(2 * 32, 3);
    try (Program program = g.forward()) {
      assertThat(program.parameters().shapes().keySet()).containsExactly("w", "v");
      program.setParameters(parameters).set("x", input).run();
      float[] y = program.floats("y");
      float[] narrow = program.floats("narrow");
      float[] w2 = Arrays.copyOf(parameters, 32 * 16);
      program.set("w", new float[32 * 16]).run();
      assertThat(program.floats("y")).containsOnly(0);
      program.set("w", w2).run();
      assertThat(List.of(program.floats("y"), program.floats("narrow"))).containsExactly(y, narrow);
      assertThatThrownBy(() -> program.set("w", new float[3]))
          .hasMessage("w holds 512 numbers, got 3");
    }
  }
}
