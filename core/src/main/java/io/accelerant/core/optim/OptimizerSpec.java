package io.accelerant.core.optim;

import io.accelerant.core.engine.Updater;
import io.accelerant.core.text.Text;
import java.io.Serializable;

/**
 * Which optimizer, with its constants; the learning rate comes with every step.
 *
 * @param rule update rule, see {@link Updater.Rule} for the equations
 * @param beta1 decay rate of the first moment, or the momentum
 * @param beta2 decay rate of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled: each step first multiplies the parameters by {@code 1 - lr
 *     weightDecay} (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", with the
 *     learning rate as PyTorch does)
 */
public record OptimizerSpec(
    Updater.Rule rule, double beta1, double beta2, double epsilon, double weightDecay)
    implements Serializable {
  public OptimizerSpec {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon >= 0 && weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "betas must be in [0, 1), epsilon and weight decay not negative: "
              + Text.of("%s %s %s %s", beta1, beta2, epsilon, weightDecay));
    }
  }

  public static OptimizerSpec sgd() {
    return new OptimizerSpec(Updater.Rule.SGD, 0, 0, 0, 0);
  }

  public static OptimizerSpec nesterovs(double momentum) {
    return new OptimizerSpec(Updater.Rule.NESTEROVS, momentum, 0, 0, 0);
  }

  public static OptimizerSpec adam(double beta1, double beta2, double epsilon) {
    return new OptimizerSpec(Updater.Rule.ADAM, beta1, beta2, epsilon, 0);
  }

  public static OptimizerSpec adamW(
      double beta1, double beta2, double epsilon, double weightDecay) {
    return new OptimizerSpec(Updater.Rule.ADAM, beta1, beta2, epsilon, weightDecay);
  }

  public static OptimizerSpec adaMax(double beta1, double beta2) {
    return new OptimizerSpec(Updater.Rule.ADAMAX, beta1, beta2, 0, 0);
  }
}
