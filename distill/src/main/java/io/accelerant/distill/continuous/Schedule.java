package io.accelerant.distill.continuous;

import java.io.Serializable;
import java.util.stream.Stream;

/**
 * How signal and noise follow from the time: x_t = alpha_t x_0 + sigma_t eps, for t from {@link
 * #end()} (clean) to {@link #start()} (noise). Solvers know a schedule by its {@linkplain #node
 * nodes} alone, so that they serve every path from noise to data.
 */
public sealed interface Schedule extends Serializable permits VpSchedule, FlowPath {
  /** Name in configurations. */
  String label();

  /** All that a solver wants to know of a time; 0 is clean data, whatever the schedule. */
  Node node(double t);

  /** ln alpha_t, falling in t. */
  double logAlpha(double t);

  /** The t of a lambda. */
  double timeOfLambda(double lambda);

  /** d ln alpha / d lambda, by which the probability-flow ODE carries x in lambda. */
  double drift(Node node);

  /** What networks that are trained with this schedule here predict. */
  Prediction prediction();

  /** The largest time T, where sampling starts. */
  double start();

  /** The smallest time at which the schedule is used unless a caller says otherwise. */
  double end();

  /** lambda_t = ln(alpha_t / sigma_t). */
  default double lambda(double t) {
    return node(t).lambda();
  }

  /** Whether it is the table of a model trained on numbered steps, which begins at its end. */
  default boolean isDiscrete() {
    return false;
  }

  /** What a network that was trained with this schedule is given for t. */
  default double networkTime(double t) {
    return t;
  }

  /** The time nearest to t that a network of whole times was trained on; t itself if any was. */
  default double nearest(double t) {
    return t;
  }

  /** {@link #networkTime} of {@link #nearest}: a whole number for a discrete schedule. */
  default double wholeNetworkTime(double t) {
    return Math.rint(networkTime(nearest(t)));
  }

  /** Names of all schedules. */
  static String[] labels() {
    return Stream.concat(Stream.of(VpSchedule.labels()), Stream.of(FlowPath.LABEL))
        .toArray(String[]::new);
  }

  /**
   * @throws IllegalArgumentException if there is none of that name
   */
  static Schedule ofLabel(String label) {
    return label.equals(FlowPath.LABEL) ? new FlowPath() : VpSchedule.ofLabel(label);
  }
}
