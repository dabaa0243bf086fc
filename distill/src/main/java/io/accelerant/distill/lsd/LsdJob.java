package io.accelerant.distill.lsd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.measure.SampleMeter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Learns few-step samplers for a frozen discrete diffusion model and publishes the best of them
 * beside every baseline and control. No data set is trained on: the teacher's own walks are the
 * signal.
 */
public final class LsdJob implements PublishingJob {
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
  public Work open(JobContext context, JobConfig config) {
    LsdSettings settings = LsdSettings.of(config);
    return Work.on(
        LsdTeacher.inputs(context, config),
        output ->
            List.of(
                "open the teacher " + config.get(LsdKeys.TEACHER),
                Text.of(
                    "walk it %d times with %d steps",
                    settings.trajectories(), settings.teacherSteps()),
                Text.of(
                    "for %s steps fit %s, and the controls: best constant exponent, Jump Your"
                        + " Steps, scoreL2 as published",
                    settings.steps(), settings.objectives()),
                Text.of(
                    "measure every row with seeds %s, %d samples each",
                    config.get(LsdKeys.SEEDS), config.get(LsdKeys.SAMPLES)),
                "publish the samplers to " + output),
        run -> make(run, settings));
  }

  private static Product make(Run run, LsdSettings settings) {
    JobContext context = run.context();
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      LsdTeacher teacher = LsdTeacher.open(context, settings);
      settings.check(teacher.source());
      FitRun fit = new FitRun(context, settings, teacher.source());
      run.atEnd(fit::close);
      Stages saved = new Stages(context, run.stages());
      LsdStages stages = new LsdStages(context, settings, teacher, fit, saved);
      LsdFindings findings = stages.run();
      Map<String, Number> metrics = findings.metrics();
      write(run, findings.learned(), metrics);
      metrics.put("executorCpuShare", cpu.share());
      LsdReport report = new LsdReport(context, settings, teacher, findings);
      return new Product(
          run.draft(KIND, metrics),
          report.files(run.uri()),
          report.card(run),
          check(settings, teacher, stages, findings));
    }
  }

  private static void write(
      Run run, Map<Integer, LsdFindings.Learned> learned, Map<String, Number> metrics) {
    run.artifact().writeJson("sampler.json", sampler(learned, metrics));
    learned.forEach(
        (m, found) ->
            run.artifact()
                .writeJson("sampler-m" + m + ".json", found.student().toJson(ofSteps(metrics, m))));
    run.writeLoader(LsdJob.class);
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

  /** The published sampler draws one seed again: its main metric must be the same bits. */
  private static Check check(
      LsdSettings settings, LsdTeacher teacher, LsdStages stages, LsdFindings findings) {
    int m = settings.steps().get(0);
    List<Long> seed = settings.config().get(LsdKeys.SEEDS).subList(0, 1);
    SampleMeter meter = teacher.meter();
    return new Check(
        meter.mainMetric() + " of the sampler with " + m + " steps",
        meter.of(findings.board().get(Row.STUDENT, m).seeds().get(0)),
        artifact -> {
          DiscreteSampler published =
              LsdSchedule.fromJson(
                      artifact.readJson("sampler.json"), artifact.uri() + "/sampler.json")
                  .requireModel(teacher.source())
                  .sampler(Row.STUDENT.toString());
          return meter.of(
              stages.measure("LSD: reproduce a metric from the artifact", published, seed).get(0));
        });
  }
}
