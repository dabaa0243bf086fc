package io.accelerant.distill.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The published numbers of the 2-D mixture: VP linear, time-uniform, N = 5. */
class PublicVectorTest {
  private static final Schedule SCHEDULE = VpLinear.standard();
  private static final double[] TIMES = Spacing.TIME_UNIFORM.times(SCHEDULE, 1e-3, 5);
  private static final Solver BH1 = Solver.unipc(3, UniPc.Variant.BH1, CorrectorUse.ALL);
  private static final Solver BH2 = Solver.unipc(2, UniPc.Variant.BH2, CorrectorUse.ALL);

  private static Denoiser model() {
    return Denoiser.plain(Mixtures.plane().open(), 2);
  }

  @Test
  void theFirstNoise() {
    assertThat(model().output(Mixtures.planeNoise(), SCHEDULE.node(1), Form.NOISE, 1))
        .containsExactly(
            new double[] {.49932548, -1.00315511, -1.20064175, .29683277}, within(1e-8));
  }

  @Test
  void theTruth() {
    double[] expected = {.94106192, -.19914947, -.95259148, .87134874};
    assertThat(
            new ReferenceSolution(ReferenceSolution.Method.RK4, 600, SCHEDULE)
                .states(Mixtures.planeNoise(), TIMES, model())[5])
        .containsExactly(expected, within(1e-7));
    assertThat(
            new ReferenceSolution(ReferenceSolution.Method.DDIM, 20_000, SCHEDULE)
                .states(Mixtures.planeNoise(), TIMES, model())[5])
        .containsExactly(expected, within(5e-4));
  }

  static Stream<Arguments> ends() {
    double[] ones = {1, 1, 1, 1, 1};
    return Stream.of(
        Arguments.of(
            Solver.plain(Solver.DDIM), ones, vector(.75251678, .02193373, -.67143966, .80086677)),
        Arguments.of(
            Solver.plain(Solver.DPMPP_2M),
            ones,
            vector(.79574098, -.00055253, -.71060274, .81873932)),
        Arguments.of(BH1, ones, vector(.83131185, -.01909182, -.74408299, .83386654)),
        Arguments.of(BH2, ones, vector(.81019082, -.00816727, -.72380542, .82461437)),
        Arguments.of(
            BH1, vector(1, 1, 1.1, .9, 1.3), vector(.98728212, -.12169018, -.8856589, .88584963)));
  }

  private static double[] vector(double... numbers) {
    return numbers;
  }

  @ParameterizedTest
  @MethodSource("ends")
  void theEnds(Solver solver, double[] ratios, double[] expected) {
    assertThat(solver.on(SCHEDULE, TIMES).sample(Mixtures.planeNoise(), ratios, model()))
        .containsExactly(expected, within(1e-7));
  }
}
