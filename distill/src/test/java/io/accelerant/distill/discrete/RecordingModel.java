package io.accelerant.distill.discrete;

import java.util.ArrayList;
import java.util.List;

/**
 * Notes the time of every evaluation, and does not let on that its posterior may not depend on it.
 */
final class RecordingModel implements DiscreteModel {
  private final DiscreteModel teacher;
  final List<Double> times = new ArrayList<>();

  RecordingModel(DiscreteModel teacher) {
    this.teacher = teacher;
  }

  @Override
  public DiffusionProcess process() {
    return teacher.process();
  }

  @Override
  public int length() {
    return teacher.length();
  }

  @Override
  public void scores(int[] states, int batch, double time, double[] scores) {
    times.add(time);
    teacher.scores(states, batch, time, scores);
  }
}
