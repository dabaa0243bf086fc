package io.accelerant.selection.classifier;

import io.accelerant.core.nn.MlpClassifier;
import java.io.Serializable;

/**
 * How every cell is trained.
 *
 * @param rounds X
 * @param batch B
 * @param peak first learning rate
 * @param floor last learning rate
 * @param momentum of Nesterov's method
 * @param weightDecay added to the gradient as {@code weightDecay * parameter}, as PyTorch's SGD
 *     does
 * @param evaluateEvery rounds between two points of the accuracy curve
 * @param threads of the engine
 * @param kernel of the engine
 * @param slots tasks of this kind in one process, at most
 */
record Recipe(
    MlpClassifier network,
    int rounds,
    int batch,
    double peak,
    double floor,
    double momentum,
    double weightDecay,
    int evaluateEvery,
    int threads,
    String kernel,
    int slots)
    implements Serializable {}
