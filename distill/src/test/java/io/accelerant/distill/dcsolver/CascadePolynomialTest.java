package io.accelerant.distill.dcsolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.DataException;
import io.accelerant.core.random.RandomStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CascadePolynomialTest {
  private static CascadePolynomial random(double scale) {
    double[] c = new double[36];
    RandomStream stream = new RandomStream(1, RandomStream.purpose("cpr"), 0, 0);
    for (int i = 0; i < 36; i++) {
      c[i] = scale * stream.nextGaussian();
    }
    return new CascadePolynomial(c);
  }

  private static List<CascadePolynomial.Observation> seen(
      CascadePolynomial truth, int[] nfes, double[] guidances) {
    List<CascadePolynomial.Observation> seen = new ArrayList<>();
    for (int nfe : nfes) {
      for (double g : guidances) {
        for (int step = 1; step <= nfe; step++) {
          seen.add(new CascadePolynomial.Observation(nfe, g, step, truth.ratio(nfe, g, step)));
        }
      }
    }
    return seen;
  }

  @Test
  void knownCoefficientsAreRecovered() {
    CascadePolynomial truth = random(1);
    CascadePolynomial.Fit fit =
        CascadePolynomial.fit(
            seen(truth, new int[] {5, 6, 8, 10, 15, 20, 30, 50}, new double[] {1, 3, 5, 7.5, 10}));
    assertThat(fit.rank()).isEqualTo(36);
    assertThat(fit.polynomial().coefficients()).containsExactly(truth.coefficients(), within(1e-8));
  }

  /** The settings of the example: nearly collinear columns, so only as many digits as they hold. */
  @Test
  void theSettingsOfTheExampleDetermineIt() {
    CascadePolynomial truth = random(1);
    CascadePolynomial.Fit fit =
        CascadePolynomial.fit(seen(truth, new int[] {5, 6, 8, 10}, new double[] {1, 3, 5, 7.5}));
    assertThat(fit.rank()).isEqualTo(36);
    assertThat(fit.condition()).isBetween(1e5, 1e8);
    assertThat(fit.polynomial().coefficients()).containsExactly(truth.coefficients(), within(1e-5));
    assertThat(fit.rmse()).isLessThan(1e-12);
  }

  @Test
  void whatTheRowsLeaveOpenIsReportedAndStaysSmall() {
    CascadePolynomial.Fit fit =
        CascadePolynomial.fit(seen(random(1), new int[] {3, 4, 5}, new double[] {1, 3, 5}));
    assertThat(fit.rank()).isLessThan(36);
    assertThat(fit.rmse()).isLessThan(1e-10);
    assertThat(fit.polynomial().coefficients()).doesNotContain(Double.NaN);
  }

  @Test
  void fewerThanThreeOfEitherAreTooFew() {
    CascadePolynomial p = random(1);
    assertThat(CascadePolynomial.insufficient(seen(p, new int[] {5, 6}, new double[] {1, 3, 5})))
        .contains("there are 2 and 3");
    assertThat(CascadePolynomial.insufficient(seen(p, new int[] {5, 6, 8}, new double[] {1, 3, 5})))
        .isEmpty();
  }

  /** w^k v^(2-i) u^(2-j) at place [k][i][j], u = NFE/50, v = CFG/12, w = step/NFE. */
  @Test
  void theLayoutIsThatOfTheReleasedFile() {
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          double[] one = new double[36];
          one[k * 9 + i * 3 + j] = 1;
          double expected =
              Math.pow(3 / 5.0, k) * Math.pow(7.5 / 12, 2 - i) * Math.pow(5 / 50.0, 2 - j);
          assertThat(new CascadePolynomial(one).ratio(5, 7.5, 3))
              .isCloseTo(expected, within(1e-15));
        }
      }
    }
    assertThat(random(1).ratios(5, 7.5)).startsWith(1, 1).hasSize(5);
  }

  /** The published file and the ratios that it is known to give. */
  @Test
  void theReleasedFileGivesItsRatios() throws java.io.IOException {
    byte[] file;
    try (var in = getClass().getResourceAsStream("/dcsolver/sd2.1.npy")) {
      file = in.readAllBytes();
    }
    CascadePolynomial released = CascadePolynomial.ofNpy(file, "sd2.1.npy");
    assertThat(released.npy()).isEqualTo(file);
    assertThat(released.ratios(5, 7.5))
        .containsExactly(new double[] {1, 1, 1.0271, 0.7392, 1.2263}, within(5e-5));
    assertThat(released.ratios(6, 6))
        .containsExactly(new double[] {1, 1, 1.1056, 0.9250, 0.6616, 1.3009}, within(5e-5));
    assertThat(released.ratios(10, 7.5))
        .containsExactly(
            new double[] {1, 1, .4446, .8980, 1.0628, 1.0426, .9408, .8610, .9068, 1.1816},
            within(5e-5));
  }

  @Test
  void npyGivesBackTheSameBits() {
    CascadePolynomial p = random(1e4);
    byte[] file = p.npy();
    assertThat(file).hasSize(128 + 36 * 8);
    assertThat(CascadePolynomial.ofNpy(file, "x.npy").coefficients()).isEqualTo(p.coefficients());
  }

  @Test
  void otherFilesAreRefused() {
    byte[] file = random(1).npy();
    assertThatThrownBy(() -> CascadePolynomial.ofNpy(new byte[] {1, 2}, "x.npy"))
        .isInstanceOf(DataException.class)
        .hasMessage("x.npy is no .npy file of version 1.0.");
    assertThatThrownBy(() -> CascadePolynomial.ofNpy(Arrays.copyOf(file, file.length - 8), "x.npy"))
        .hasMessageContaining("must hold 36 numbers in float64");
    byte[] single =
        new String(file, StandardCharsets.ISO_8859_1)
            .replace("<f8", "<f4")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> CascadePolynomial.ofNpy(single, "x.npy"))
        .hasMessageContaining("must hold 36 numbers in float64");
    assertThatThrownBy(
            () ->
                DcSampler.polynomial(
                    "{\"cpr\": [1, 2]}".getBytes(StandardCharsets.UTF_8), "x.json"))
        .hasMessageContaining("must hold 36 numbers");
  }

  @Test
  void leastSquaresIsTheProjection() {
    double[][] rows = {{1, 0}, {1, 1}, {1, 2}, {1, 3}};
    double[] right = {1, 3, 2, 5};
    // mean 2.75, slope 1.1
    LeastSquares.Solution solution = LeastSquares.solve(rows, right);
    assertThat(solution.coefficients()).containsExactly(new double[] {1.1, 1.1}, within(1e-14));
    double[][] twice = {{1, 1}, {2, 2}};
    LeastSquares.Solution open = LeastSquares.solve(twice, new double[] {2, 4});
    assertThat(open.rank()).isEqualTo(1);
    assertThat(open.coefficients()).containsExactly(new double[] {1, 1}, within(1e-14));
  }
}
