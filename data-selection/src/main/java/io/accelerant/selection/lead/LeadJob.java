package io.accelerant.selection.lead;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.CpuShare;
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
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finetunes a causal language model on rows that its training itself chooses (LEAD), beside every
 * choice that needs less: all under several seeds, by as many uses of rows. With {@code lead.of} it
 * only replays the choices from given losses and gradients.
 */
public final class LeadJob implements PublishingJob {
  @Override
  public String name() {
    return "lead";
  }

  @Override
  public String summary() {
    return "Finetune a language model on rows chosen by what its training says of them";
  }

  @Override
  public List<Key<?>> keys() {
    return LeadKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    if (Replay.isMeant(config)) {
      return Replay.work(context, config);
    }
    LeadSettings settings = LeadSettings.of(config);
    OfflineSettings offline = OfflineSettings.of(config);
    Optional<MeaningTasks> meaning =
        offline.meaning().map(m -> MeaningTasks.open(m, offline.seed(), context.hadoop()));
    return Work.on(
        inputs(context, config, meaning),
        output ->
            List.of(
                Text.of(
                    "open the model %s and the pool %s",
                    config.get(LeadKeys.MODEL), config.get(LeadKeys.POOL)),
                Text.of(
                    "train a warm-up model on %,d rows, score the pool, cut it into %d clusters",
                    settings.warmUp().rows(), settings.clusters()),
                Text.of(
                    "train %s under seeds %s: %,d rows each, in %d rounds where clusters are drawn",
                    settings.arms().stream().map(Arm::label).toList(),
                    settings.seeds(),
                    settings.rule().budget(),
                    settings.rule().rounds()),
                Text.of("publish the model of %s to %s", settings.published().label(), output)),
        run -> make(run, settings, offline, meaning));
  }

  private static List<Manifest.Parent> inputs(
      JobContext context, JobConfig config, Optional<MeaningTasks> meaning) {
    Artifact model = Artifact.open(config.get(LeadKeys.MODEL), context.hadoop());
    LanguageModel found =
        LanguageModel.require(model, Optional.of(Kind.CAUSAL), LeadKeys.MODEL.path());
    GradientPart.of(LeadKeys.ADAPTER.on(config, found.network()), config.get(LeadKeys.GRADIENT_OF));
    Artifact pool =
        Artifact.open(config.get(LeadKeys.POOL), context.hadoop())
            .requireKind(Prompts.KIND, LeadKeys.POOL.path());
    List<Manifest.Parent> inputs = new ArrayList<>();
    inputs.add(new Manifest.Parent(Model.KIND, model.uri(), model.contentHash()));
    inputs.add(new Manifest.Parent(Prompts.KIND, pool.uri(), pool.contentHash()));
    meaning.map(MeaningTasks::parents).ifPresent(inputs::addAll);
    return inputs;
  }

  private static Product make(
      Run run, LeadSettings settings, OfflineSettings offline, Optional<MeaningTasks> meaning) {
    JobContext context = run.context();
    JobConfig config = run.config();
    Stages stages = new Stages(context, run.stages());
    settings.engine().start();
    LeadInputs inputs = LeadInputs.of(context, config, settings);
    Trainings trainings = Trainings.of(context, settings, inputs);
    trainings.requireMemory(context);
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      Optional<SpreadTrainings> spread =
          settings.spread()
              ? Optional.of(SpreadTrainings.of(run, trainings, inputs.prompts()))
              : Optional.empty();
      byte[][] records = spread.isPresent() ? new byte[0][] : inputs.records();
      boolean[] clean = inputs.truth().clean(config.get(LeadKeys.ORACLE));
      float[] base = inputs.base().parameters();
      Pool pool =
          new OfflineStage(context, stages, offline, meaning, inputs.prompts(), inputs.base())
              .of(
                  rows -> {
                    Given given = new Given(base, rows, records, clean, inputs.test());
                    return spread
                        .map(trained -> trained.warmUp(stages, given))
                        .orElseGet(() -> trainings.warmUp(context, stages, given));
                  });
      Given given = new Given(base, pool.rows(), records, clean, inputs.test());
      Map<LeadUnit, Trace> traces =
          spread
              .map(trained -> trained.oneByOne(stages, given))
              .orElseGet(() -> trainings.together(context, stages, given));
      LeadFindings findings =
          new LeadFindings(settings, inputs.test().taskNames(), inputs.truth(), pool, traces);
      return product(run, inputs, findings, cpu);
    }
  }

  private static Product product(Run run, LeadInputs inputs, LeadFindings findings, CpuShare cpu) {
    LeadSettings settings = findings.settings();
    Student student = inputs.network().student();
    LanguageModel base = inputs.base();
    float[] tuned = findings.traces().get(settings.publishedUnit()).model();
    float[] merged = student.merged(base.parameters(), tuned);
    new LanguageModel(base.network(), merged, base.tokenizer(), Kind.CAUSAL)
        .write(run.artifact(), merged);
    Adapters.write(run.artifact(), student.trained(), student.whole(base.parameters(), tuned));
    run.writeLoader(Model.class);
    Map<String, String> tables = LeadTables.write(run, findings);
    Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
    metrics.put("executorCpuShare", cpu.share());
    LeadReport report = new LeadReport(run, findings);
    return new Product(
        run.draft(Model.KIND, metrics).withTables(tables),
        report.files(),
        report.card(),
        new Check(
            "right answers by task",
            right(run, settings, inputs, merged),
            artifact ->
                right(
                    run,
                    settings,
                    inputs,
                    LanguageModel.read(artifact, Optional.of(Kind.CAUSAL), "lead").parameters())));
  }

  private static long[] right(
      Run run, LeadSettings settings, LeadInputs inputs, float[] parameters) {
    LeadNetwork plain = inputs.plain();
    return new Judge(plain, settings.scoreBatch())
        .of(inputs.test(), parameters, ProgramPool.ofJvm(plain.programs(run.context().taskSlots())))
        .right();
  }
}
