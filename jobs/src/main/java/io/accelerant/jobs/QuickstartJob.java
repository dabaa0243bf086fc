package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import io.accelerant.distill.evaluate.EvaluateJob;
import io.accelerant.distill.lsd.LsdJob;
import io.accelerant.distill.sample.SampleJob;
import io.accelerant.distill.teacher.TrainTeacherJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole way in one command, on real text: a corpus from WordNet's glosses, samplers with 8 and
 * 16 steps learned for its order-2 chain, samples from the learned and from the plain sampler, and
 * the evaluation of both; then a small network trained on the same text, and samplers learned for
 * it. Every step is an ordinary job; what one has made already is used again, so that a run that
 * was killed goes on, and a second one only says where everything is.
 */
final class QuickstartJob implements Job {
  private static final Key<String> OUTPUT =
      Key.string(RunKeys.OUTPUT.path(), "Folder for the artifacts of all steps")
          .withDefault("accelerant-quickstart")
          .operational();
  private static final Key<Integer> SAMPLES =
      Key.integer("quickstart.samples", "Samples per evaluation seed and sampler")
          .between(16, 1_000_000)
          .withDefault(192);
  private static final Key<Integer> TRAJECTORIES =
      Key.integer("quickstart.trajectories", "Teacher trajectories to learn from")
          .between(16, 1_000_000)
          .withDefault(256);

  private static final Key<Integer> ROUNDS =
      Key.integer("quickstart.rounds", "Rounds that the small network is trained for")
          .between(1, 1_000_000)
          .withDefault(130);

  private static final int STEPS = 8;

  @Override
  public String name() {
    return "quickstart";
  }

  @Override
  public String summary() {
    return "Prepare real text, learn few-step samplers for it, evaluate them: a few minutes on 2"
        + " cores";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(RunKeys.and(List.of(SAMPLES, TRAJECTORIES, ROUNDS)));
    keys.replaceAll(key -> key.path().equals(OUTPUT.path()) ? OUTPUT : key);
    return List.copyOf(keys);
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    String folder = folder(context, config);
    return List.of(
        "prepare-text: WordNet glosses to " + folder + "/corpus",
        "lsd: samplers with 8 and 16 steps to " + folder + "/sampler-{version}",
        Text.of("sample: %d steps, learned and plain, beside it", STEPS),
        "evaluate: both against held-out text",
        Text.of(
            "train-teacher: a small network, %d rounds, to %s/teacher", config.get(ROUNDS), folder),
        "lsd: a sampler with 8 steps for it");
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    String folder = folder(context, config);
    String corpus = corpus(context, config, folder + "/corpus");
    JobResult sampler =
        step(
            context,
            config,
            "2/6: learn samplers with 8 and 16 steps",
            new LsdJob(),
            chain(config, folder, corpus));
    String model = "markov:2:" + corpus;
    Map<String, Number> metrics = new LinkedHashMap<>(sampler.metrics());
    for (String which : List.of("learned", "plain")) {
      String output = sampler.artifact() + "-" + which;
      String choice =
          which.equals("learned") ? "sample.sampler=" + sampler.artifact() : "sample.method=euler";
      step(
          context,
          config,
          "3/6: draw samples, " + which + " sampler",
          new SampleJob(),
          List.of(
              "run.output=" + output + "-samples",
              "sample.model=" + model,
              "sample.steps=" + STEPS,
              "sample.count=" + config.get(SAMPLES),
              choice));
      JobResult evaluation =
          step(
              context,
              config,
              "4/6: evaluate them against held-out text",
              new EvaluateJob(),
              List.of(
                  "run.output=" + output + "-evaluation",
                  "evaluate.samples=" + output + "-samples",
                  "evaluate.reference=" + corpus));
      evaluation.metrics().forEach((key, value) -> metrics.put(which + "." + key, value));
    }
    JobResult trained = trained(context, config, folder, corpus);
    trained.metrics().forEach((key, value) -> metrics.put("trained." + key, value));
    context.progress().say("report with plots: %s/report.md", sampler.artifact());
    context.progress().say("  of the network:  %s/report.md", trained.artifact());
    context.progress().say("samples to read:   %s-learned-samples/report.md", sampler.artifact());
    return new JobResult(sampler.artifact(), sampler.contentHash(), metrics);
  }

  private static String folder(JobContext context, JobConfig config) {
    String folder = config.get(OUTPUT);
    Versions.requireWritable(folder, context.hadoop());
    return folder;
  }

  private String corpus(JobContext context, JobConfig config, String uri) {
    if (Artifact.find(uri, context.hadoop()).isPresent()) {
      context.progress().say("1/6: the corpus %s is there already", uri);
      return Artifact.open(uri, context.hadoop()).requireKind("corpus", OUTPUT.path()).uri();
    }
    return step(
            context,
            config,
            "1/6: prepare text",
            new PrepareTextJob(),
            List.of("run.output=" + uri, "prepareText.source=wordnet", "prepareText.length=64"))
        .artifact();
  }

  /** A network of its own, and samplers for it; returns the latter. */
  private static JobResult trained(
      JobContext context, JobConfig config, String folder, String corpus) {
    String teacher = folder + "/teacher";
    if (Artifact.find(teacher, context.hadoop()).isPresent()) {
      context.progress().say("5/6: the network %s is there already", teacher);
    } else {
      step(
          context,
          config,
          "5/6: train a small network on the same text",
          new TrainTeacherJob(),
          List.of(
              "run.output=" + teacher,
              "trainTeacher.data=" + corpus,
              "trainTeacher.width=96",
              "trainTeacher.layers=3",
              "trainTeacher.heads=4",
              "trainTeacher.sampleEvery=0",
              "trainTeacher.evaluationDraws=2",
              "train.rounds=" + config.get(ROUNDS),
              // enough work a task that Spark's part of a round is small
              "train.batch=64",
              "train.checkpointEvery=25",
              "train.learningRate=4e-3",
              "train.ema=0.98"));
    }
    return step(
        context,
        config,
        "6/6: learn a sampler with 8 steps for it",
        new LsdJob(),
        lsd(
            config,
            "run.output=" + folder + "/network-sampler-{version}",
            "lsd.teacher=" + teacher,
            "lsd.steps=[8]",
            "lsd.baselineSteps=[8, 16]",
            "lsd.objective=[direct]",
            "lsd.trajectories=" + Math.min(128, config.get(TRAJECTORIES)),
            "lsd.directIterations=8",
            "lsd.directSamples=48",
            "lsd.fitSamples=96",
            "lsd.samples=" + Math.min(80, config.get(SAMPLES)),
            "lsd.jysSamples=16"));
  }

  private static List<String> chain(JobConfig config, String folder, String corpus) {
    return lsd(
        config,
        "run.output=" + folder + "/sampler-{version}",
        "lsd.teacher=markov:2:" + corpus,
        "lsd.baselineSteps=[4, 8, 16, 32, 64]",
        "lsd.objective=[scoreL2, direct]",
        "lsd.directIterations=30",
        "lsd.jysSamples=32");
  }

  /** Settings of a short search, and those of one teacher. */
  private static List<String> lsd(JobConfig config, String... own) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "lsd.steps=[8, 16]",
                "lsd.gram=3",
                "lsd.passes=2",
                "lsd.teacherSteps=32",
                "lsd.trajectories=" + config.get(TRAJECTORIES),
                "lsd.directSamples=96",
                "lsd.fitSamples=256",
                "lsd.exponents=[1.0, 1.1, 1.2, 1.3, 1.4]",
                "lsd.batch=32",
                "lsd.samples=" + config.get(SAMPLES)));
    sets.addAll(List.of(own));
    return sets;
  }

  /** Runs one job with the common settings of this one, unless that has been done. */
  private static JobResult step(
      JobContext context, JobConfig config, String title, Job job, List<String> sets) {
    context.progress().say(title);
    List<String> all = new ArrayList<>(sets);
    all.add("run.seed=" + config.get(RunKeys.SEED));
    all.add("run.format=" + config.get(RunKeys.FORMAT));
    JobConfig own = JobConfig.load(List.of(), all, job.keys());
    Optional<Artifact> made = FinishedStep.find(job, own, context.hadoop());
    if (made.isPresent()) {
      context.progress().say("  done already: %s", made.get().uri());
      return new JobResult(
          made.get().uri(), made.get().contentHash(), made.get().manifest().metrics());
    }
    JobResult result = context.part(job, own);
    context.checkStop();
    return result;
  }
}
