package io.accelerant.core.train;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Map;

/**
 * Stops a run whose logged numbers are no numbers, before its state is saved.
 *
 * @param name of the run, for people
 * @param learningRate that the error names
 */
public record FiniteNumbers(String name, double learningRate) implements Trainer.Watcher {
  /**
   * @throws ConfigException if a number is not finite, names the run, the number, the round and
   *     train.learningRate
   */
  @Override
  public void summed(int done, Sums sums, Map<String, Double> logged) {
    logged.forEach(
        (key, value) -> {
          if (!Double.isFinite(value)) {
            throw new ConfigException(
                Text.of(
                    "%s: %s is %s in round %d; lower train.learningRate (is %s) or train.clip.",
                    name, key, value, done, learningRate));
          }
        });
  }

  @Override
  public void after(int done) {}
}
