package io.accelerant.core.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares the gradient of a float64 program with central differences. The error is the largest
 * absolute difference over all elements; below 1e-6 it passes.
 */
public final class GradientCheck {
  /** The bound that a right gradient keeps. */
  public static final double TOLERANCE = 1e-6;

  private static final double STEP = 1e-5;

  private GradientCheck() {}

  /**
   * @param program a training program in float64, its inputs set
   * @param loss name of the differentiated output
   * @param at values of the differentiated tensors, in the order of {@link
   *     Program#differentiated()}
   * @return the worst error of each tensor
   */
  public static Map<String, Double> errors(Program program, String loss, double[] at) {
    set(program, at);
    program.run();
    double[] gradient = program.gradients().toDoubles();
    Map<String, Double> errors = new LinkedHashMap<>();
    for (Layout.Tensor tensor : program.differentiated().tensors()) {
      double[] numbers = slice(at, tensor);
      double worst = 0;
      for (int i = 0; i < numbers.length; i++) {
        double x = numbers[i];
        double difference =
            (value(program, loss, tensor, numbers, i, x + STEP)
                    - value(program, loss, tensor, numbers, i, x - STEP))
                / (2 * STEP);
        numbers[i] = x;
        double error = Math.abs(difference - gradient[tensor.offset() + i]);
        worst = Double.isNaN(error) ? Double.NaN : Math.max(worst, error);
      }
      program.set(tensor.name(), numbers);
      errors.put(tensor.name(), worst);
    }
    return errors;
  }

  /** The worst error of all tensors. */
  public static double worst(Program program, String loss, double[] at) {
    return errors(program, loss, at).values().stream()
        .reduce(0.0, (a, b) -> Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b));
  }

  private static double value(
      Program program, String loss, Layout.Tensor tensor, double[] numbers, int i, double x) {
    numbers[i] = x;
    program.set(tensor.name(), numbers);
    program.run();
    return program.scalar(loss);
  }

  private static void set(Program program, double[] at) {
    program.differentiated().tensors().forEach(t -> program.set(t.name(), slice(at, t)));
  }

  private static double[] slice(double[] flat, Layout.Tensor tensor) {
    return java.util.Arrays.copyOfRange(flat, tensor.offset(), tensor.offset() + tensor.size());
  }
}
