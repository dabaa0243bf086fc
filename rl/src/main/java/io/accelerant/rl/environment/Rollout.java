package io.accelerant.rl.environment;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One episode: {@code observations [T + 1]}, {@code actions [T]}, {@code rewards [T]}, and whether
 * it ended in a terminal (else it was cut).
 */
public record Rollout(
    List<double[]> observations, List<double[]> actions, double[] rewards, boolean terminal) {
  private static final long START = RandomStream.purpose("rl.start");
  private static final long ACTION = RandomStream.purpose("rl.action");

  /**
   * Runs a controller from the start of an episode.
   *
   * @param seed together with the episode's id it decides start and random actions
   */
  public static Rollout of(Environment environment, Controller controller, long seed, long id) {
    double[] state = environment.start(new RandomStream(seed, START, id, 0));
    RandomStream stream = new RandomStream(seed, ACTION, id, 0);
    List<double[]> observations = new ArrayList<>(List.of(environment.observe(state)));
    List<double[]> actions = new ArrayList<>();
    double[] rewards = new double[environment.limit()];
    boolean terminal = false;
    while (!terminal && actions.size() < environment.limit()) {
      double[] action = controller.act(state, stream);
      Environment.Step step = environment.step(state, action);
      rewards[actions.size()] = step.reward();
      actions.add(action);
      state = step.next();
      observations.add(environment.observe(state));
      terminal = step.terminal();
    }
    return new Rollout(
        observations, actions, java.util.Arrays.copyOf(rewards, actions.size()), terminal);
  }

  /** T. */
  public int length() {
    return rewards.length;
  }

  /** G, the undiscounted sum of rewards. */
  public double value() {
    double sum = 0;
    for (double reward : rewards) {
      sum += reward;
    }
    return sum;
  }

  /** Mean return over episodes {@code 0 .. count-1}. */
  public static double meanReturn(
      Environment environment, Controller controller, long seed, int count) {
    double sum = 0;
    for (int id = 0; id < count; id++) {
      sum += of(environment, controller, seed, id).value();
    }
    return sum / count;
  }
}
