package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.sample.OwnSampler;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code sampler.json} of a finetuned model holds: the one sampler it is good for.
 *
 * @param labelled whether samples have a class
 */
record MmdSampler(Schedule schedule, TimeSubset subset, double[] times, boolean labelled) {
  static final String FILE = ImageModel.SAMPLER;
  private static final int FORMAT_VERSION = 1;
  private static final String METHOD = "mmd";

  /** DDIM, whose step on a flow is that of Euler, exact where the signal is 0. */
  static Solver solver(Schedule schedule) {
    return Solver.plain(schedule instanceof FlowPath ? Solver.EULER : Solver.DDIM);
  }

  /** With what a loader needs of each time. */
  Map<String, Object> toJson() {
    List<Node> nodes = Arrays.stream(times).mapToObj(schedule::node).toList();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FORMAT_VERSION);
    json.put("method", METHOD);
    json.put("schedule", schedule.label());
    json.put("solver", solver(schedule).name());
    json.put("steps", times.length - 1);
    json.put("subset", subset.label());
    json.put("guidance", 1);
    json.put("labelled", labelled);
    json.put("times", times);
    if (!(schedule instanceof FlowPath)) { // where times say all
      json.put("alpha", nodes.stream().map(Node::alpha).toList());
      json.put("sigma", nodes.stream().map(Node::sigma).toList());
    }
    json.put(
        "networkTimes",
        nodes.stream()
            .limit(times.length - 1)
            .map(n -> (double) ImageModel.networkTime(n))
            .toList());
    return json;
  }

  /**
   * Reads {@link #toJson}.
   *
   * @throws ArtifactException if it is something else
   */
  static MmdSampler fromJson(Map<String, Object> json, String where) {
    JsonReader fields = JsonReader.of(json, where, ArtifactException::new);
    fields.only("method", METHOD);
    fields.only("formatVersion", FORMAT_VERSION);
    fields.only("guidance", 1);
    double[] times = fields.numbers("times");
    fields.only("steps", times.length - 1);
    try {
      Schedule schedule = Schedule.ofLabel(fields.text("schedule"));
      fields.only("solver", solver(schedule).name());
      return new MmdSampler(
          schedule, TimeSubset.ofLabel(fields.text("subset")), times, fields.truth("labelled"));
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(where + " is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * A published one, for {@code sample}: good for the network beside it, and for no other steps.
   */
  record Published(MmdSampler sampler, Artifact artifact) implements OwnSampler {
    /**
     * @throws ArtifactException if the artifact holds none
     */
    static Published read(Artifact artifact) {
      if (!artifact.holds(FILE)) {
        throw new ArtifactException(
            Text.of("%s holds no %s: it is a model for any sampler.", artifact.uri(), FILE));
      }
      String where = artifact.uri() + "/" + FILE;
      return new Published(fromJson(artifact.readJson(FILE), where), artifact);
    }

    @Override
    public SolverSettings settings() {
      return new SolverSettings(
          sampler.schedule,
          sampler.times[sampler.times.length - 1],
          Spacing.TIME_UNIFORM,
          solver(sampler.schedule),
          List.of(),
          Thresholding.NONE,
          false);
    }

    @Override
    public double[] times(int steps) {
      return sampler.times.clone();
    }

    @Override
    public boolean takesAnyLabel() {
      return sampler.labelled;
    }

    @Override
    public int onlySteps() {
      return sampler.times.length - 1;
    }

    @Override
    public String done() {
      return "finetuned";
    }
  }
}
