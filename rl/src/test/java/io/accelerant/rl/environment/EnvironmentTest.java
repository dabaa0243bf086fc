package io.accelerant.rl.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EnvironmentTest {
  private static final int EPISODES = 200;

  @Test
  void pendulumControllersHaveTheirKnownValues() {
    Pendulum pendulum = new Pendulum();
    // -139 and -1206 in the method document; standard errors over 200 starts about 6 and 20
    assertThat(Rollout.meanReturn(pendulum, pendulum.good(), 1, EPISODES))
        .isCloseTo(-139, within(25.0));
    assertThat(Rollout.meanReturn(pendulum, pendulum.random(), 1, EPISODES))
        .isCloseTo(-1206, within(90.0));
  }

  @Test
  void cartPoleControllersHaveTheirKnownValues() {
    CartPole cartPole = new CartPole();
    assertThat(Rollout.meanReturn(cartPole, cartPole.good(), 1, 100)).isEqualTo(500);
    assertThat(Rollout.meanReturn(cartPole, cartPole.random(), 1, EPISODES))
        .isCloseTo(22.5, within(3.0));
  }

  @Test
  void theMazeIsSolvedFromEverywhereAndSeldomByChance() {
    PointMaze maze = new PointMaze();
    assertThat(Rollout.meanReturn(maze, maze.good(), 1, EPISODES)).isEqualTo(1);
    assertThat(Rollout.meanReturn(maze, maze.random(), 1, EPISODES)).isBetween(0.01, 0.5);
  }

  @Test
  void pendulumStepFromAKnownState() {
    Environment.Step step = new Pendulum().step(new double[] {Math.PI / 2, 1}, new double[] {5});
    double reward = -(Math.PI * Math.PI / 4 + 0.1 + 0.004);
    assertThat(step.reward()).isCloseTo(reward, within(1e-14));
    assertThat(step.next()[1]).isCloseTo(1 + (15 + 6) * 0.05, within(1e-14));
    assertThat(step.next()[0]).isCloseTo(Math.PI / 2 + 0.05 * 2.05, within(1e-14));
    assertThat(new Pendulum().step(new double[] {Math.PI / 2, 8}, new double[] {2}).next()[1])
        .isEqualTo(8);
  }

  @Test
  void anglesWrapToTheHalfOpenCircle() {
    assertThat(Pendulum.wrapped(Math.PI)).isEqualTo(-Math.PI);
    assertThat(Pendulum.wrapped(-Math.PI)).isEqualTo(-Math.PI);
    assertThat(Pendulum.wrapped(0.5 - 6 * Math.PI)).isCloseTo(0.5, within(1e-14));
  }

  @Test
  void cartPoleStepFromRest() {
    // F = 10: tmp = 10/1.1, theta'' = -tmp / (0.5 (4/3 - 0.1/1.1)), x'' = tmp - 0.05 theta''/1.1
    double push = 10 / 1.1;
    double turning = -push / (0.5 * (4.0 / 3 - 0.1 / 1.1));
    Environment.Step step = new CartPole().step(new double[4], new double[] {1});
    assertThat(step.next()[3]).isCloseTo(0.02 * turning, within(1e-15));
    assertThat(step.next()[1]).isCloseTo(0.02 * (push - 0.05 * turning / 1.1), within(1e-15));
    assertThat(step.next()[0]).isZero();
    assertThat(step.reward()).isEqualTo(1);
    assertThat(step.terminal()).isFalse();
    assertThat(new CartPole().step(new double[] {2.39, 1, 0, 0}, new double[] {1}).terminal())
        .isTrue();
  }

  @Test
  void anEpisodeDependsOnSeedAndIdAlone() {
    Pendulum pendulum = new Pendulum();
    double value = Rollout.of(pendulum, pendulum.random(), 3, 17).value();
    assertThat(Rollout.of(pendulum, pendulum.random(), 3, 17).value()).isEqualTo(value);
    assertThat(Rollout.of(pendulum, pendulum.random(), 3, 18).value()).isNotEqualTo(value);
    assertThat(Rollout.of(pendulum, pendulum.random(), 4, 17).value()).isNotEqualTo(value);
  }
}
