package io.accelerant.rl.gvm;

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
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a causal language model on its own right answers, prompts sharing the samples by what they
 * are worth (GVM-RAFT), beside arms that spend as many without: all under several seeds, by the
 * same updates. With {@code gvmRaft.of}, {@code .loss} or {@code .variance} it only computes given
 * numbers.
 */
public final class GvmRaftJob implements PublishingJob {
  @Override
  public String name() {
    return "gvm-raft";
  }

  @Override
  public String summary() {
    return "Train a language model on its own right answers, samples going where they count";
  }

  @Override
  public List<Key<?>> keys() {
    return GvmKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    if (Replay.isMeant(config)) {
      return Replay.work(context, config);
    }
    GvmSettings settings = GvmSettings.of(config);
    return Work.on(
        inputs(context, config, settings),
        output ->
            List.of(
                "open the model " + config.get(GvmKeys.MODEL),
                Text.of(
                    "measure the variance of gradients at the start on %d prompts",
                    config.get(GvmKeys.FROZEN_PROMPTS)),
                Text.of(
                    "train %s under seeds %s: %d iterations of %d steps of %d prompts",
                    settings.arms(),
                    settings.seeds(),
                    settings.iterations(),
                    settings.steps(),
                    settings.stepPrompts()),
                Text.of("publish the policy of %s to %s", settings.published(), output)),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(
      JobContext context, JobConfig config, GvmSettings settings) {
    Artifact model = Artifact.open(config.get(GvmKeys.MODEL), context.hadoop());
    LanguageModel found =
        LanguageModel.require(model, Optional.of(Kind.CAUSAL), GvmKeys.MODEL.path());
    NetworkSpec trained = GvmKeys.ADAPTER.on(config, found.network());
    settings.normOf().in(trained.layout());
    Artifact prompts =
        Artifact.open(config.get(GvmKeys.PROMPTS), context.hadoop())
            .requireKind(Prompts.KIND, GvmKeys.PROMPTS.path());
    return List.of(
        new Manifest.Parent(Model.KIND, model.uri(), model.contentHash()),
        new Manifest.Parent(Prompts.KIND, prompts.uri(), prompts.contentHash()));
  }

  private static Product make(Run run, GvmSettings settings) {
    JobContext context = run.context();
    JobConfig config = run.config();
    Stages stages = new Stages(context, run.stages());
    EngineSettings.of(config).start();
    LanguageModel base =
        LanguageModel.read(
            Artifact.open(config.get(GvmKeys.MODEL), context.hadoop()),
            Optional.of(Kind.CAUSAL),
            GvmKeys.MODEL.path());
    Student student = new Student(base.network(), GvmKeys.ADAPTER.on(config, base.network()));
    Asked asked = Asked.of(context, config, base);
    PolicyNetwork network = new PolicyNetwork(student, asked.longest(), asked.answer());
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      List<FrozenStudy.Row> frozen =
          settings.frozen().prompts() == 0
              ? List.of()
              : frozen(run, stages, settings, network, asked, base);
      Map<GvmUnit, Trace> traces =
          new Trainings(settings, network, asked.train(), asked.test(), context.taskSlots())
              .run(run, stages, base.parameters());
      GvmFindings findings = new GvmFindings(settings, traces, frozen);
      float[] merged = student.merged(base.parameters(), traces.get(findings.published()).policy());
      PolicyNetwork plain =
          new PolicyNetwork(
              new Student(base.network(), base.network()), asked.longest(), asked.answer());
      write(run, student, findings, base, merged);
      Map<String, String> tables = GvmTables.write(run, findings);
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      GvmReport report = new GvmReport(run, findings);
      return new Product(
          run.draft(Model.KIND, metrics).withTables(tables),
          report.files(),
          report.card(),
          new Check(
              "right answers to each test prompt",
              right(run, settings, plain, merged, asked.test()),
              artifact ->
                  right(
                      run,
                      settings,
                      plain,
                      LanguageModel.read(artifact, Optional.of(Kind.CAUSAL), "gvm-raft")
                          .parameters(),
                      asked.test())));
    }
  }

  /** The prompts of a run. */
  private record Asked(Questions train, Questions test) {
    static Asked of(JobContext context, JobConfig config, LanguageModel base) {
      Prompts prompts =
          Prompts.open(
              context.spark(),
              context.hadoop(),
              config.get(GvmKeys.PROMPTS),
              GvmKeys.PROMPTS.path());
      base.requireSame(prompts.tokenizer(), prompts.uri());
      if (prompts.isCloze()) {
        throw config.invalid(
            GvmKeys.PROMPTS, "has prompts with gaps; a causal model answers behind a prompt.");
      }
      int answer =
          config
              .find(GvmKeys.ANSWER_LENGTH)
              .orElseGet(
                  () ->
                      Prompts.SPLITS.stream()
                          .mapToInt(split -> prompts.longest(split).answer())
                          .max()
                          .orElseThrow());
      Asked asked =
          new Asked(
              Questions.of(prompts, "train", config.get(GvmKeys.TRAIN_PROMPTS), answer),
              Questions.of(prompts, "test", config.get(GvmKeys.TEST_PROMPTS), answer));
      int iteration = config.get(GvmKeys.STEPS) * config.get(GvmKeys.STEP_PROMPTS);
      if (iteration > asked.train().count()) {
        throw config.invalid(
            GvmKeys.STEP_PROMPTS,
            Text.of(
                "times %s is %d prompts an iteration; the train split has %d of them, at most %s ="
                    + " %d are used.",
                GvmKeys.STEPS.path(),
                iteration,
                asked.train().count(),
                GvmKeys.TRAIN_PROMPTS.path(),
                config.get(GvmKeys.TRAIN_PROMPTS)));
      }
      if (asked.longest() > base.network().maximumLength()) {
        throw config.invalid(
            GvmKeys.ANSWER_LENGTH,
            Text.of(
                "is %d, with the longest prompt %d tokens; the model reads %d. Set it lower.",
                answer, asked.longest(), base.network().maximumLength()));
      }
      return asked;
    }

    int longest() {
      return Math.max(train.longest(), test.longest());
    }

    int answer() {
      return train.answerLength();
    }
  }

  private static List<FrozenStudy.Row> frozen(
      Run run,
      Stages stages,
      GvmSettings settings,
      PolicyNetwork network,
      Asked asked,
      LanguageModel base) {
    Questions some = asked.train().first(settings.frozen().prompts());
    FrozenStudy study = new FrozenStudy(settings, network, some, run.context().taskSlots());
    study.check(run.config());
    float[] policy = network.student().initial(base.parameters(), settings.seed()).floats();
    FrozenStudy.Row[] rows =
        stages.of(
            "frozen",
            FrozenStudy.Row[].class,
            () -> study.run(run.context(), policy).toArray(FrozenStudy.Row[]::new));
    return List.of(rows);
  }

  private static void write(
      Run run, Student student, GvmFindings findings, LanguageModel base, float[] merged) {
    float[] policy = findings.traces().get(findings.published()).policy();
    new LanguageModel(base.network(), merged, base.tokenizer(), Kind.CAUSAL)
        .write(run.artifact(), merged);
    Adapters.write(run.artifact(), student.trained(), student.whole(base.parameters(), policy));
    run.writeLoader(Model.class);
  }

  private static int[] right(
      Run run, GvmSettings settings, PolicyNetwork network, float[] policy, Questions test) {
    return TestAnswers.right(
        run.context(), settings, network, policy, test, settings.seeds().get(0));
  }
}
