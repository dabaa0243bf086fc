package io.accelerant.jobs;

import io.accelerant.distill.teacher.TrainTeacherJob;

/** {@code train-teacher}. */
final class TrainTeacherCommand extends JobCommand {
  TrainTeacherCommand() {
    super(new TrainTeacherJob());
  }
}
