package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.VpSchedule;
import io.accelerant.distill.model.DataMoments;
import java.io.Serializable;
import java.util.Optional;

/**
 * Gaussian teleportation: the way from pure noise down to a time as it would be if the data were
 * normal, in closed form and without an evaluation. With labels or guidance it starts from what the
 * data have in common, unless the moments are those of the class.
 *
 * @param to the time where a solver's steps begin
 */
record Teleport(GaussianLaw law, double to, String uri, String contentHash)
    implements Serializable {

  /**
   * What the keys ask for.
   *
   * @param learned where a learned sampler is, which has its own times
   * @throws io.accelerant.core.error.ConfigException if the keys do not go together, or with the
   *     schedule
   */
  static Optional<Teleport> of(
      JobContext context, JobConfig config, SolverSettings settings, Optional<String> learned) {
    Optional<String> uri = config.find(SampleKeys.TELEPORT_MOMENTS);
    Optional<Double> to = config.find(SampleKeys.TELEPORT_TO);
    if (uri.isEmpty() && to.isEmpty()) {
      return Optional.empty();
    }
    if (uri.isEmpty() || to.isEmpty()) {
      throw config.invalid(
          uri.isEmpty() ? SampleKeys.TELEPORT_TO : SampleKeys.TELEPORT_MOMENTS,
          "is set alone; sample.teleport needs moments and to.");
    }
    if (learned.isPresent()) {
      throw config.invalid(
          SampleKeys.TELEPORT_TO,
          Text.of("is set, but %s was fitted for its own times from the start.", learned.get()));
    }
    Schedule schedule = settings.schedule();
    if (!(schedule instanceof VpSchedule)) {
      throw config.invalid(
          SampleKeys.TELEPORT_TO,
          Text.of("is for variance-preserving schedules, not %s.", schedule.label()));
    }
    if (to.get() > schedule.start() || to.get() <= settings.tEnd()) {
      throw config.invalid(
          SampleKeys.TELEPORT_TO,
          Text.of(
              "is %s; it must lie between %s, where sampling ends, and %s, where it starts.",
              to.get(), settings.tEnd(), schedule.start()));
    }
    DataMoments moments = DataMoments.read(uri.get(), context, SampleKeys.TELEPORT_MOMENTS.path());
    return Optional.of(new Teleport(moments.law(), to.get(), moments.uri(), moments.contentHash()));
  }

  Manifest.Parent source() {
    return new Manifest.Parent("moments", uri, contentHash);
  }

  void requireModel(ContinuousSource model, JobConfig config) {
    if (law.size() != model.size()) {
      throw config.invalid(
          SampleKeys.TELEPORT_MOMENTS,
          Text.of("holds moments in %d dimensions; the model has %d.", law.size(), model.size()));
    }
  }

  /**
   * Where the steps begin.
   *
   * @param noise [batch][d] at the schedule's start
   */
  double[] begin(double[] noise, Schedule schedule, double first) {
    return law.jump(noise, schedule.node(schedule.start()), schedule.node(first));
  }
}
