package io.accelerant.distill.continuous;

/**
 * The straight path of flow matching (Lipman et al. 2023; Liu et al. 2023, "Rectified flow"): x_t =
 * (1 - t) x_0 + t eps, t from 1 to 0. A network predicts its velocity v = eps - x_0.
 *
 * <p>Where signal or noise vanishes, at 1 and 0, lambda would be infinite: it is cut off as if the
 * smaller of the two were 1e-6, and so is alpha, by which predictions are divided. Data predictions
 * and {@linkplain Solver#EULER Euler steps} from and to these times stay exact.
 */
public record FlowPath() implements Schedule {
  /** Name in configurations. */
  public static final String LABEL = "flow";

  private static final double LEAST = 1e-6;

  @Override
  public String label() {
    return LABEL;
  }

  @Override
  public Node node(double t) {
    double alpha = Math.max(LEAST, 1 - t);
    return new Node(t, alpha, t, StrictMath.log(alpha) - StrictMath.log(Math.max(LEAST, t)));
  }

  @Override
  public double logAlpha(double t) {
    return StrictMath.log(node(t).alpha());
  }

  /** 1 / (1 + e^lambda). */
  @Override
  public double timeOfLambda(double lambda) {
    return 1 / (1 + StrictMath.exp(lambda));
  }

  /** (d ln alpha / dt) / (d lambda / dt) = (-1 / (1 - t)) / (-1 / (t (1 - t))) = t. */
  @Override
  public double drift(Node node) {
    return node.sigma();
  }

  @Override
  public Prediction prediction() {
    return Prediction.FLOW;
  }

  @Override
  public double start() {
    return 1;
  }

  @Override
  public double end() {
    return 0;
  }
}
