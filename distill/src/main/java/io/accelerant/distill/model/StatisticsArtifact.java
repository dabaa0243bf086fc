package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.SolverSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Published statistics of a model, which DPM-Solver-v3 runs on.
 *
 * @param where name of the file, for messages
 * @param source the artifact, as a parent of what is made with it
 */
public record StatisticsArtifact(ModelStatistics statistics, String where, Manifest.Parent source) {
  /** Kind of the artifacts. */
  public static final String KIND = "model-statistics";

  /** Whose they are and how they were measured. */
  public static final String CONFIG = "config.json";

  private static final String TENSORS = "statistics.safetensors";

  /**
   * Opens an artifact of model-statistics.
   *
   * @throws ArtifactException if there is none, or it holds something else
   */
  public static StatisticsArtifact open(String uri, JobContext context) {
    Artifact artifact = Artifact.open(uri, context.hadoop()).requireKind(KIND, "model statistics");
    String where = artifact.uri() + "/" + CONFIG;
    try (SafetensorsFile file = artifact.safetensors(TENSORS)) {
      return new StatisticsArtifact(
          ModelStatistics.of(artifact.readJson(CONFIG), file, where),
          where,
          new Manifest.Parent("statistics", artifact.uri(), artifact.contentHash()));
    }
  }

  /**
   * Writes both files.
   *
   * @param how they were measured, beside whose they are
   */
  public static void write(
      ModelStatistics statistics, Map<String, ?> how, ArtifactWriter artifact) {
    Map<String, Object> json = new LinkedHashMap<>(statistics.toJson());
    json.putAll(how);
    artifact.writeJson(CONFIG, json);
    artifact.write(TENSORS, Safetensors.bytes(statistics.tensors(), Map.of()));
  }

  /**
   * These if they are of what is asked for.
   *
   * @throws ArtifactException if they are of another schedule, end or guidance, or of the
   *     unconditional model where classes are asked for, or the other way round
   */
  public StatisticsArtifact require(SolverSettings settings, double guidance) {
    ModelStatistics.Subject own = statistics.subject();
    same("the schedule", own.schedule().label(), settings.schedule().label());
    same("tEnd", own.tEnd(), settings.tEnd());
    same("guidance", own.guidance(), guidance);
    same(
        "the model", conditional(own.labels().isEmpty()), conditional(settings.labels().isEmpty()));
    return this;
  }

  /**
   * These if they are of the model.
   *
   * @throws ArtifactException if they are of another one
   */
  public StatisticsArtifact requireModel(ContinuousSource model) {
    same("the model with modelSha256", statistics.subject().modelHash(), model.modelHash());
    return this;
  }

  private static String conditional(boolean unlabelled) {
    return unlabelled ? "without labels" : "with labels";
  }

  private void same(String what, Object own, Object asked) {
    if (!own.equals(asked)) {
      throw new ArtifactException(
          Text.of(
              "%s holds statistics of %s %s, not %s; measure those with model-statistics.",
              where, what, own, asked));
    }
  }
}
