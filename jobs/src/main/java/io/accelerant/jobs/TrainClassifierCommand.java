package io.accelerant.jobs;

import io.accelerant.selection.classifier.TrainClassifierJob;

/** {@code train-classifier}. */
final class TrainClassifierCommand extends JobCommand {
  TrainClassifierCommand() {
    super(new TrainClassifierJob());
  }
}
