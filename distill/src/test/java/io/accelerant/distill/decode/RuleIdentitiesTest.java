package io.accelerant.distill.decode;

import static io.accelerant.distill.decode.Chain.M;
import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.lm.Warp;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules that are others at the ends of their numbers. */
class RuleIdentitiesTest {
  private static final int[][] ROWS = {{M, M, M, M, M, M}, {M, 1, M, M, 0, M}, {2, 0, M, M, M, M}};
  private static final UnmaskRule ONE = OnePerStep.CONFIDENCE;
  private static final UnmaskRule LEAST_ENTROPY = new Quota(Order.ENTROPY, 0);
  private static final UnmaskRule ALL = new Quota(Order.CONFIDENCE, 1);
  private static final double NO_LIMIT = Double.MAX_VALUE;

  private static void assertSame(UnmaskRule rule, UnmaskRule other, Warp warp) {
    for (int blockLength : new int[] {0, 2, 3}) {
      for (int i = 0; i < ROWS.length; i++) {
        List<MaskedDecoding.Request> row = List.of(new MaskedDecoding.Request(i, 4, ROWS[i]));
        List<Decoded> texts =
            new MaskedDecoding(rule, warp, blockLength)
                .run(Chain.posterior(6), row, Draws.keyed(8));
        assertThat(texts)
            .as(rule.label())
            .usingRecursiveComparison()
            .isEqualTo(
                new MaskedDecoding(other, warp, blockLength)
                    .run(Chain.posterior(6), row, Draws.keyed(8)));
      }
    }
  }

  private static void assertSame(UnmaskRule rule, UnmaskRule other) {
    assertSame(rule, other, Warp.GREEDY);
    assertSame(rule, other, Warp.NONE);
  }

  private static Sched sched(double high, double low, Sched.Reading reading) {
    return new Sched(new Quota(Order.MARGIN, 3), high, low, Sched.Shape.EXPONENTIAL, 4, reading);
  }

  @Test
  void aQuotaOfOneIsOnePerStep() {
    assertSame(new Quota(Order.CONFIDENCE, 0), ONE);
    assertSame(new Quota(Order.CONFIDENCE, 17), ONE);
    assertSame(new Quota(Order.RANDOM, 0), OnePerStep.RANDOM);
  }

  @Test
  void firstHittingIsOnePerStepInRandomOrder() {
    assertSame(new FirstHitting(), OnePerStep.RANDOM);
  }

  @Test
  void aConfidenceThatNothingReachesIsOnePerStepAndOneThatAllReachIsAllAtOnce() {
    assertSame(new ConfidenceThreshold(1, true), ONE);
    assertSame(new ConfidenceThreshold(1. / 3, false), ALL);
  }

  @Test
  void theFactorVariantEndsInBoth() {
    assertSame(new Factor(0), ONE);
    assertSame(new Factor(7), ALL);
  }

  @Test
  void entropyRulesEndInTheOrderOfEntropyAndInAllAtOnce() {
    assertSame(new EntropyThreshold(0, true), LEAST_ENTROPY);
    assertSame(new EntropyBudget(0), LEAST_ENTROPY);
    assertSame(new EntropyThreshold(StrictMath.log(3), false), ALL);
    assertSame(new EntropyBudget(NO_LIMIT), ALL);
  }

  @Test
  void anExitThatNeverComesIsTheBaseAndOneWithoutAThresholdComesAtOnce() {
    Sched never = sched(NO_LIMIT, NO_LIMIT, Sched.Reading.CODE);
    assertSame(never, never.base());
    assertSame(sched(0, 0, Sched.Reading.PAPER), ALL, Warp.GREEDY); // the rest is never drawn
  }

  @Test
  void saberWithoutRoomToGoBackIsAllAtOnce() {
    assertSame(new Saber(6), ALL);
  }

  @Test
  void infoGainOfOneCandidateIsOnePerStepAndOfNoConfidenceAllAtOnce() {
    assertSame(new InfoGain(1, .2, 1, InfoGain.Variant.COST), ONE);
    assertSame(new InfoGain(8, .2, 0, InfoGain.Variant.COST), ALL);
  }

  @Test
  void candidatesAtATemperatureOfZeroAreTheMostConfidentOne() {
    assertSame(new InfoGain(8, 1e-9, 1, InfoGain.Variant.LOOKUM), ONE);
  }
}
