package io.accelerant.distill.certainty;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.model.Model;
import io.accelerant.core.model.Student;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.compare.Compared;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finetunes a masked language model on its own answers, with and without a penalty on the entropy
 * of what it has right, so that decoders commit more positions a forward; beside it on the texts of
 * the table. All arms under all seeds are judged by all decoders against the untouched model, and
 * the arm that is best on the prompts that choose is published with its decoder. With {@code
 * certainty.of} it only computes the loss of given numbers.
 */
public final class CertaintyJob implements PublishingJob {
  @Override
  public String name() {
    return "certainty";
  }

  @Override
  public String summary() {
    return "Finetune a masked language model on its own answers, to be read in fewer evaluations";
  }

  @Override
  public List<Key<?>> keys() {
    return CertaintyKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    if (Replay.isMeant(config)) {
      return Replay.work(context, config);
    }
    CertaintySettings settings = CertaintySettings.of(config);
    return Work.on(
        inputs(context, config),
        output ->
            List.of(
                "open the model " + config.get(CertaintyKeys.MODEL),
                Text.of(
                    "answer up to %d prompts of the train split of %s",
                    config.get(CertaintyKeys.TRAJECTORIES), config.get(CertaintyKeys.PROMPTS)),
                Text.of(
                    "train %s: %d rounds of %d examples under seeds %s",
                    settings.arms(), settings.rounds(), settings.batch(), settings.seeds()),
                Text.of("judge all of them under %d decoders", settings.decoders().size()),
                "publish the best arm and its decoder to " + output),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(JobContext context, JobConfig config) {
    Artifact model = Artifact.open(config.get(CertaintyKeys.MODEL), context.hadoop());
    LanguageModel found =
        LanguageModel.require(model, Optional.of(Kind.MASKED), CertaintyKeys.MODEL.path());
    CertaintyKeys.ADAPTER.on(config, found.network());
    Artifact prompts =
        Artifact.open(config.get(CertaintyKeys.PROMPTS), context.hadoop())
            .requireKind(Prompts.KIND, CertaintyKeys.PROMPTS.path());
    return List.of(
        new Manifest.Parent(Model.KIND, model.uri(), model.contentHash()),
        new Manifest.Parent(Prompts.KIND, prompts.uri(), prompts.contentHash()));
  }

  private static Product make(Run run, CertaintySettings settings) {
    JobContext context = run.context();
    JobConfig config = run.config();
    run.stages();
    EngineSettings.of(config).start();
    LanguageModel base =
        LanguageModel.read(
            Artifact.open(config.get(CertaintyKeys.MODEL), context.hadoop()),
            Optional.of(Kind.MASKED),
            CertaintyKeys.MODEL.path());
    Prompts prompts =
        Prompts.open(
            context.spark(),
            context.hadoop(),
            config.get(CertaintyKeys.PROMPTS),
            CertaintyKeys.PROMPTS.path());
    base.requireSame(prompts.tokenizer(), prompts.uri());
    if (prompts.isCloze()) {
      config.refuse(
          List.of(CertaintyKeys.ANSWER_LENGTH), "is for prompts without gaps, which these have.");
    }
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      CertaintyStages stages = new CertaintyStages(run, settings, base, prompts);
      CertaintyFindings findings = stages.run();
      write(run, stages.student(), findings, base);
      Map<String, String> tables = CertaintyTables.write(run, stages, findings);
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      CertaintyReport report = new CertaintyReport(run, findings);
      return new Product(
          run.draft(Model.KIND, metrics).withTables(tables).withIdentityFile(Decoder.FILE),
          report.files(),
          report.card(),
          check(stages, findings));
    }
  }

  private static void write(
      Run run, Student student, CertaintyFindings findings, LanguageModel base) {
    Trained trained = findings.trained().get(findings.publishedUnit());
    float[] merged = student.merged(base.parameters(), trained.average());
    new LanguageModel(base.network(), merged, base.tokenizer(), Kind.MASKED)
        .write(run.artifact(), student.merged(base.parameters(), trained.raw()));
    Adapters.write(
        run.artifact(), student.trained(), student.whole(base.parameters(), trained.average()));
    run.artifact().writeJson(Decoder.FILE, findings.publishedDecoder().toJson());
    run.writeLoader(Decoder.class);
  }

  /** The published model, opened as any reader opens it, answers as many prompts as fast. */
  private static Check check(CertaintyStages stages, CertaintyFindings findings) {
    Compared recorded = findings.publishedTest();
    int point = findings.publishedPoint();
    return new Check(
        "exact match and evaluations",
        new double[] {recorded.exactMatch(point), recorded.evaluations(point)},
        stages::again);
  }
}
