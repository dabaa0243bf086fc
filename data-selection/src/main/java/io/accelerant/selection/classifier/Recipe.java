package io.accelerant.selection.classifier;

import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.nn.MlpClassifier;
import java.io.Serializable;

/**
 * How every cell is trained.
 *
 * @param mean subtracted from every pixel, which is in 0..1
 * @param deviation divides it then
 * @param rounds X
 * @param batch B
 * @param peak first learning rate
 * @param floor last learning rate
 * @param momentum of Nesterov's method
 * @param weightDecay added to the gradient as {@code weightDecay * parameter}, as PyTorch's SGD
 *     does
 * @param evaluateEvery rounds between two points of the accuracy curve
 * @param engine how it is started in a task
 * @param slots tasks of this kind in one process, at most
 */
record Recipe(
    MlpClassifier network,
    double mean,
    double deviation,
    int rounds,
    int batch,
    double peak,
    double floor,
    double momentum,
    double weightDecay,
    int evaluateEvery,
    EngineSettings engine,
    int slots)
    implements Serializable {
  /** What a pixel of each value becomes. */
  float[] pixels() {
    float[] numbers = new float[256];
    for (int p = 0; p < numbers.length; p++) {
      numbers[p] = (float) ((p / 255.0 - mean) / deviation);
    }
    return numbers;
  }
}
