package io.accelerant.distill.fastlightgen;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.distill.continuous.FlowPath;
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
 * What {@code sampler.json} of a student holds: the levels it was trained at, and is good for
 * alone.
 *
 * @param labelled whether samples have a class
 */
record FewStepSampler(FewStepLevels levels, boolean labelled) {
  static final String FILE = ImageModel.SAMPLER;
  static final String METHOD = "fastlightgen";
  private static final int FORMAT_VERSION = 1;
  private static final FlowPath FLOW = new FlowPath();

  /** With what a loader needs of each level. */
  Map<String, Object> toJson() {
    double[] t = levels.levels();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FORMAT_VERSION);
    json.put("method", METHOD);
    json.put("schedule", FlowPath.LABEL);
    json.put("steps", levels.steps());
    json.put("guidance", 1);
    json.put("labelled", labelled);
    json.put("levels", t);
    json.put(
        "networkTimes",
        Arrays.stream(t).map(level -> ImageModel.networkTime(FLOW.node(level))).toArray());
    return json;
  }

  /**
   * Reads {@link #toJson}.
   *
   * @throws ArtifactException if it is something else
   */
  static FewStepSampler fromJson(Map<String, Object> json, String where) {
    JsonReader fields = JsonReader.of(json, where, ArtifactException::new);
    fields.only("method", METHOD);
    fields.only("formatVersion", FORMAT_VERSION);
    fields.only("schedule", FlowPath.LABEL);
    fields.only("guidance", 1);
    double[] levels = fields.numbers("levels");
    fields.only("steps", levels.length);
    boolean labelled = fields.truth("labelled");
    try {
      return new FewStepSampler(new FewStepLevels(levels), labelled);
    } catch (IllegalArgumentException e) {
      throw fields.expected("levels", "levels falling from 1 to more than 0");
    }
  }

  /**
   * A published one, for {@code sample}: good for the network beside it, and for no other steps.
   */
  record Published(FewStepSampler sampler, Artifact artifact) implements OwnSampler {
    /**
     * @throws ArtifactException if the artifact holds none
     */
    static Published read(Artifact artifact) {
      String where = artifact.uri() + "/" + FILE;
      return new Published(fromJson(artifact.readJson(FILE), where), artifact);
    }

    @Override
    public SolverSettings settings() {
      return new SolverSettings(
          FLOW,
          FLOW.end(),
          Spacing.TIME_UNIFORM,
          Solver.plain(Solver.EULER),
          List.of(),
          Thresholding.NONE,
          false);
    }

    @Override
    public boolean renoises() {
      return true;
    }

    /** The levels, and clean data. */
    @Override
    public double[] times(int steps) {
      return Arrays.copyOf(sampler.levels.levels(), sampler.levels.steps() + 1);
    }

    @Override
    public boolean takesAnyLabel() {
      return sampler.labelled;
    }

    @Override
    public int onlySteps() {
      return sampler.levels.steps();
    }

    @Override
    public String done() {
      return "trained";
    }
  }
}
