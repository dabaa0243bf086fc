package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import org.junit.jupiter.api.Test;

class DirectTest {
  private static final int STEPS = 3;
  private static final Direct.Plan PLAN = new Direct.Plan(STEPS, 0.15, 0.35, 200, 9);

  /** Three exponents and three logits. */
  private static final double[] START = {1.2, 1.2, 1.2, 0, 0, 0};

  private static final double[] BEST = {1.5, 0.9, 2, -1, 0.5, 1};

  /**
   * A quadratic with noise that both candidates of an iteration share, and a little of their own.
   */
  private static double distance(double[] z, int iteration, int direction) {
    RandomStream noise = new RandomStream(4, RandomStream.purpose("test.noise"), iteration, 0);
    double distance = 0.3 * noise.nextGaussian();
    for (int j = 0; j < z.length; j++) {
      distance += (z[j] - BEST[j]) * (z[j] - BEST[j]);
    }
    RandomStream own =
        new RandomStream(5, RandomStream.purpose("test.noise"), iteration, direction + 1);
    return distance + 0.02 * own.nextGaussian();
  }

  private static Direct.Search search(Direct.Plan plan) {
    Direct.Search search = Direct.Search.start(plan, START);
    for (int i = 0; i < plan.iterations(); i++) {
      search =
          search.next(distance(search.candidate(1), i, 1), distance(search.candidate(-1), i, -1));
    }
    return search;
  }

  @Test
  void findsTheMinimumOfANoisyQuadratic() {
    Direct.Search found = search(PLAN);
    assertThat(found.iteration()).isEqualTo(200);
    for (int j = 0; j < BEST.length; j++) {
      assertThat(found.average()[j]).as("parameter %d", j).isCloseTo(BEST[j], within(0.05));
    }
  }

  @Test
  void theSameSeedGivesTheSameSearchAndAnotherOneAnother() {
    Direct.Plan other = new Direct.Plan(STEPS, 0.15, 0.35, 200, 10);
    assertThat(search(PLAN).z()).isEqualTo(search(PLAN).z());
    assertThat(search(other).z()).isNotEqualTo(search(PLAN).z());
  }

  @Test
  void candidatesLieOnBothSidesAtThePerturbation() {
    Direct.Search search = Direct.Search.start(PLAN, START);
    double[] plus = search.candidate(1);
    double[] minus = search.candidate(-1);
    for (int j = 0; j < START.length; j++) {
      assertThat((plus[j] + minus[j]) / 2).isCloseTo(START[j], within(1e-15));
      assertThat(Math.abs(plus[j] - START[j])).isCloseTo(0.15, within(1e-15));
    }
    assertThat(search.z()).isEqualTo(START);
  }

  @Test
  void directionsChangeFromOneIterationToTheNext() {
    Direct.Search search =
        Direct.Search.start(new Direct.Plan(64, 0.15, 0.35, 4, 9), new double[64]);
    assertThat(search.next(0, 0).candidate(1)).isNotEqualTo(search.candidate(1));
  }

  @Test
  void onlyTheExponentsAreHeldInTheirRange() {
    Direct.Search search = Direct.Search.start(PLAN, new double[] {0.55, 2.95, 1, -7, 0, 7});
    for (int direction : new int[] {-1, 1}) {
      double[] candidate = search.candidate(direction);
      for (int k = 0; k < STEPS; k++) {
        assertThat(candidate[k]).isBetween(0.5, 3.0);
      }
      assertThat(Math.abs(candidate[3] + 7)).isCloseTo(0.15, within(1e-12));
      assertThat(Math.abs(candidate[5] - 7)).isCloseTo(0.15, within(1e-12));
    }
    double[] after = search.next(1000, 0).z();
    assertThat(after[0]).isIn(0.5, 3.0);
    assertThat(Math.abs(after[3] + 7)).isGreaterThan(100);
  }

  @Test
  void aStepGoesDownByTheEstimatedSlope() {
    Direct.Search search = Direct.Search.start(PLAN, START);
    double[] plus = search.candidate(1);
    double[] after = search.next(0.4, 0.1).z();
    for (int j = 0; j < START.length; j++) {
      double sign = Math.signum(plus[j] - START[j]);
      assertThat(after[j] - START[j]).isCloseTo(-0.35 * 0.3 / 0.3 * sign, within(1e-12));
    }
  }

  @Test
  void theGainFalls() {
    Direct.Search search = Direct.Search.start(PLAN, START);
    for (int i = 0; i < 20; i++) {
      search = search.next(0, 0);
    }
    double moved = Math.abs(search.next(0.3, 0).z()[5] - START[5]);
    assertThat(moved).isCloseTo(0.35 / 2, within(1e-12));
  }

  @Test
  void theAverageCoversTheSecondHalf() {
    Direct.Plan plan = new Direct.Plan(0, 0.5, 1, 4, 3);
    Direct.Search search = Direct.Search.start(plan, new double[] {0});
    double[] visited = new double[4];
    for (int i = 0; i < 4; i++) {
      search = search.next(i + 1, 0);
      visited[i] = search.z()[0];
    }
    assertThat(search.average()[0]).isCloseTo((visited[2] + visited[3]) / 2, within(1e-12));
    Direct.Search one =
        Direct.Search.start(new Direct.Plan(0, 0.5, 1, 1, 3), new double[] {0}).next(1, 0);
    assertThat(one.average()).isEqualTo(one.z());
  }
}
