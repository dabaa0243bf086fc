package io.accelerant.core.train;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Map;

/**
 * Stops a run whose logged numbers are no numbers, before its state is saved.
 *
 * @param name of the run, for people
 * @param advice what to do about it; follows the error
 */
public record FiniteNumbers(String name, String advice) implements Trainer.Watcher {
  /**
   * Of a training by {@code train.*}.
   *
   * @param learningRate that the error names
   */
  public FiniteNumbers(String name, double learningRate) {
    this(name, Text.of("lower train.learningRate (is %s) or train.clip", learningRate));
  }

  /**
   * @throws ConfigException if a number is not finite, names the run, the number, the round and
   *     what to do
   */
  @Override
  public void summed(int done, Sums sums, Map<String, Double> logged) {
    logged.forEach(
        (key, value) -> {
          if (!Double.isFinite(value)) {
            throw new ConfigException(
                Text.of("%s: %s is %s in round %d; %s.", name, key, value, done, advice));
          }
        });
  }

  @Override
  public void after(int done) {}
}
