package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.ResumableRun;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.run.Stages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Learns few-step samplers for a frozen discrete diffusion model and publishes the best of them
 * beside every baseline and control. No data set is trained on: the teacher's own walks are the
 * signal.
 */
public final class LsdJob implements Job {
  /** Kind of the artifact. */
  public static final String KIND = "sampler";

  @Override
  public String name() {
    return "lsd";
  }

  @Override
  public String summary() {
    return "Learn a few-step sampler for a discrete diffusion model (LSD, LSD+)";
  }

  @Override
  public List<Key<?>> keys() {
    return LsdKeys.ALL;
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    LsdSettings settings = LsdSettings.of(config);
    Map<String, Object> identity = identity(context, config);
    String output =
        Versions.requireFree(
            config.get(RunKeys.OUTPUT), context.hadoop(), StageStore.resumeKey(identity));
    return List.of(
        "open the teacher " + config.get(LsdKeys.TEACHER),
        "walk it %d times with %d steps"
            .formatted(settings.trajectories(), settings.teacherSteps()),
        "for %s steps fit %s, and the controls: best constant exponent, Jump Your Steps, scoreL2 as published"
            .formatted(settings.steps(), settings.objectives()),
        "measure every row with seeds %s, %d samples each"
            .formatted(config.get(LsdKeys.SEEDS), config.get(LsdKeys.SAMPLES)),
        "publish the samplers to " + output);
  }

  private static Map<String, Object> identity(JobContext context, JobConfig config) {
    Map<String, Object> identity = new TreeMap<>(config.identity());
    LsdTeacher.inputs(context, config)
        .forEach(parent -> identity.put("input." + parent.role(), parent.contentHash()));
    return identity;
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    LsdSettings settings = LsdSettings.of(config);
    Map<String, Object> identity = identity(context, config);
    ResumableRun resumable = ResumableRun.open(context, config, identity);
    StageStore store = resumable.stages();
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      LsdTeacher teacher = LsdTeacher.open(context, settings);
      settings.check(teacher.source());
      try (FitRun fit = new FitRun(context, settings, teacher.source())) {
        LsdStages stages =
            new LsdStages(context, settings, teacher, fit, new Stages(context, store));
        LsdFindings findings = stages.run();
        if (store.loaded() > 0) {
          context.progress().say("%d stages were taken from the checkpoint", store.loaded());
        }
        Map<String, Number> metrics = findings.metrics();
        JobResult result =
            publish(
                context, settings, teacher, stages, findings, metrics, resumable.resumeKey(), cpu);
        store.delete();
        return result;
      }
    }
  }

  private JobResult publish(
      JobContext context,
      LsdSettings settings,
      LsdTeacher teacher,
      LsdStages stages,
      LsdFindings findings,
      Map<String, Number> metrics,
      String resumeKey,
      CpuShare cpu) {
    JobConfig config = settings.config();
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT), context.hadoop(), Claim.of(resumeKey), context.force())) {
      Map<String, Object> sampler = sampler(findings.learned(), metrics);
      artifact.writeJson("sampler.json", sampler);
      findings
          .learned()
          .forEach(
              (m, found) ->
                  artifact.writeJson(
                      "sampler-m" + m + ".json", found.student().toJson(ofSteps(metrics, m))));
      Map<String, Number> all = new LinkedHashMap<>(metrics);
      all.put("executorCpuShare", cpu.share());
      artifact.writeJson("metrics.json", all);
      LsdReport report = new LsdReport(context, settings, teacher, findings);
      report.files(artifact.uri()).forEach(artifact::write);
      ManifestDraft draft = ManifestDraft.of(KIND, name(), config).withMetrics(all);
      for (Manifest.Parent parent : teacher.model().parents()) {
        draft = draft.withParent(parent.role(), parent.uri(), parent.contentHash());
      }
      Manifest manifest = artifact.commit(draft);
      reproduce(context, settings, teacher, stages, findings, artifact.uri());
      return new JobResult(artifact.uri(), manifest.contentHash(), all);
    }
  }

  /** The schedule of the first number of steps, and all of them under {@code schedules}. */
  private static Map<String, Object> sampler(
      Map<Integer, LsdFindings.Learned> learned, Map<String, Number> metrics) {
    Map<String, Object> schedules = new LinkedHashMap<>();
    learned.forEach(
        (m, found) -> schedules.put("m" + m, found.student().toJson(ofSteps(metrics, m))));
    @SuppressWarnings("unchecked")
    Map<String, Object> first = (Map<String, Object>) schedules.values().iterator().next();
    Map<String, Object> json = new LinkedHashMap<>(first);
    json.put("schedules", schedules);
    return json;
  }

  /** The student's metrics and the verdict at M steps. */
  private static Map<String, Number> ofSteps(Map<String, Number> metrics, int m) {
    Map<String, Number> own = new LinkedHashMap<>();
    metrics.forEach(
        (key, value) -> {
          if (key.startsWith("student.m" + m + ".")
              || key.matches("verdict\\.m" + m + "(\\..*)?")) {
            own.put(key, value);
          }
        });
    return own;
  }

  /**
   * Reads the published sampler back and draws one seed again: its main metric must be the same
   * bits.
   */
  private static void reproduce(
      JobContext context,
      LsdSettings settings,
      LsdTeacher teacher,
      LsdStages stages,
      LsdFindings findings,
      String uri) {
    int m = settings.steps().get(0);
    Artifact artifact = Artifact.open(uri, context.hadoop());
    LsdSchedule schedule =
        LsdSchedule.fromJson(artifact.readJson("sampler.json"), uri + "/sampler.json")
            .requireModel(teacher.source());
    List<Long> seed = settings.config().get(LsdKeys.SEEDS).subList(0, 1);
    double again =
        teacher
            .meter()
            .of(
                stages
                    .measure(
                        "LSD: reproduce a metric from the artifact",
                        schedule.sampler(Row.STUDENT.toString()),
                        seed)
                    .get(0));
    double recorded = teacher.meter().of(findings.board().get(Row.STUDENT, m).seeds().get(0));
    if (again != recorded) {
      throw new IllegalStateException(
          "The published sampler does not reproduce its metric: %s, recorded %s; the artifact %s should not be used."
              .formatted(again, recorded, uri));
    }
  }
}
