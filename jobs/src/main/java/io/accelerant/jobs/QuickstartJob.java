package io.accelerant.jobs;

import io.accelerant.core.artifact.ArtifactFolder;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.text.Text;
import io.accelerant.distill.dcsolver.DcSolverJob;
import io.accelerant.distill.evaluate.EvaluateJob;
import io.accelerant.distill.mmd.MmdJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the jobs that take seconds do for models that come along, on one page: images in five
 * evaluations from the untouched model, with learned compensation and finetuned; prompts answered
 * with fewer forwards; text in eight learned steps. Every step is an ordinary job; what one has
 * made already is used again, so that a run that was killed goes on, and a second one only writes
 * the page anew.
 */
final class QuickstartJob implements Job {
  static final int STEPS = 5;

  /** The model of the images. */
  static final String IMAGES = "builtin:fashion";

  /** The masked language model. */
  static final String LANGUAGE = "builtin:cloze-chain";

  private static final Key<String> OUTPUT =
      Key.string(RunKeys.OUTPUT.path(), "Folder for the page and the artifacts of all steps")
          .withDefault("accelerant-quickstart")
          .operational();
  private static final Key<Integer> SAMPLES =
      Key.integer("quickstart.samples", "Images, and texts, that each row is measured on")
          .between(16, 1_000_000)
          .withDefault(400);
  private static final Key<Integer> ROUNDS =
      Key.integer("quickstart.rounds", "Updates that finetune the model of images")
          .between(1, 1_000_000)
          .withDefault(30);
  private static final Key<Integer> PROMPTS =
      Key.integer("quickstart.prompts", "Prompts to answer, at most")
          .between(16, 1_000_000)
          .withDefault(200);

  @Override
  public String name() {
    return "quickstart";
  }

  @Override
  public String summary() {
    return "What the methods do for models that come along, on one page: three minutes on 2 cores";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(RunKeys.and(List.of(SAMPLES, ROUNDS, PROMPTS)));
    keys.replaceAll(key -> key.path().equals(OUTPUT.path()) ? OUTPUT : key);
    return List.copyOf(keys);
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    String folder = folder(context, config);
    return List.of(
        "prepare-images: 10,000 images of Fashion-MNIST to " + folder + "/images",
        Text.of("dc-solver: compensation for %s in %d steps", IMAGES, STEPS),
        Text.of("mmd: %s finetuned to %d steps, %d updates", IMAGES, STEPS, config.get(ROUNDS)),
        "sample: ten images each, from the same noise",
        "prepare-prompts and evaluate: what decoders need of " + LANGUAGE,
        "prepare-text, lsd, sample: text of " + QuickstartText.MODEL + " in eight learned steps",
        "the page: " + folder + "/report.html");
  }

  private static String folder(JobContext context, JobConfig config) {
    String folder = config.get(OUTPUT);
    Versions.requireWritable(folder, context.hadoop());
    return folder;
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    Steps steps =
        new Steps(
            context,
            folder(context, config),
            List.of(
                "run.seed=" + config.get(RunKeys.SEED),
                "run.format=" + config.get(RunKeys.FORMAT)));
    String images =
        steps.prepare("1/6: images", "images", new PrepareImagesJob(), List.of()).artifact();
    JobResult compensated =
        steps.run(
            "2/6: learn how to compensate in 5 steps (DC-Solver)",
            "compensation",
            new DcSolverJob(),
            List.of(
                "dcSolver.model=" + IMAGES,
                "dcSolver.schedule=vp-linear",
                "dcSolver.solver=unipc",
                "dcSolver.nfe=[" + STEPS + "]",
                "dcSolver.label=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
                "dcSolver.truth=ddim",
                "dcSolver.truthSteps=200",
                "dcSolver.fitNoise=10",
                "dcSolver.noiseSets=1",
                "dcSolver.evalNoise=48",
                "dcSolver.optimizer=exact"));
    JobResult finetuned =
        steps.run(
            "3/6: finetune the model to 5 steps (MMD)",
            "finetuned",
            new MmdJob(),
            List.of(
                "mmd.model=" + IMAGES,
                "mmd.data=" + images,
                "mmd.steps=[" + STEPS + "]",
                "mmd.features=[\"a+pca\"]",
                "mmd.seeds=[1]",
                "mmd.samples=" + config.get(SAMPLES),
                "mmd.curveSamples=64",
                "mmd.evaluateEvery=" + config.get(ROUNDS),
                "mmd.baselineSteps=[20]",
                "mmd.classifierSteps=300",
                "mmd.truthSteps=200",
                "train.workers=4",
                "train.batch=32",
                "train.rounds=" + config.get(ROUNDS),
                "train.learningRate=5e-5",
                "train.clip=0.5",
                "train.ema=0.98"));
    Map<String, JobResult> drawn = drawn(steps, compensated.artifact(), finetuned.artifact());
    String prompts =
        steps
            .prepare(
                "5/6: prompts, and how few forwards answer them",
                "prompts",
                new PreparePromptsJob(),
                List.of("preparePrompts.source=task:cloze-chain", "preparePrompts.count=4000"))
            .artifact();
    JobResult decoders =
        steps.run(
            "  every decoder on the same prompts",
            "decoders",
            new EvaluateJob(),
            List.of(
                "evaluate.model=" + LANGUAGE,
                "evaluate.prompts=" + prompts,
                "evaluate.count=" + config.get(PROMPTS),
                "evaluate.blockLength=9",
                "evaluate.match=[0.95]",
                "evaluate.decoders=[one-per-step, quota, confidence, factor, entropy-budget]"));
    QuickstartText text = QuickstartText.run(steps, config.get(SAMPLES));
    QuickstartPage page = new QuickstartPage(context.hadoop(), drawn, finetuned, decoders, text);
    String where = page.write(ArtifactFolder.open(config.get(OUTPUT), context.hadoop()));
    context.progress().say("done: open %s", where);
    Map<String, Number> metrics = new LinkedHashMap<>();
    Map.of("mmd", finetuned, "decoders", decoders, "lsd", text.sampler(), "dcSolver", compensated)
        .forEach(
            (name, result) ->
                result.metrics().forEach((key, value) -> metrics.put(name + "." + key, value)));
    return new JobResult(finetuned.artifact(), finetuned.contentHash(), metrics);
  }

  /** Ten images, one a class, from the same noise in every way. */
  private static Map<String, JobResult> drawn(Steps steps, String sampler, String model) {
    Map<String, List<String>> ways = new LinkedHashMap<>();
    ways.put("DDIM, 5 evaluations", plain("ddim", STEPS));
    ways.put("UniPC, 5 evaluations", plain("unipc", STEPS));
    ways.put(
        "UniPC with learned compensation, 5 evaluations",
        List.of("sample.model=" + IMAGES, "sample.sampler=" + sampler, "sample.steps=" + STEPS));
    ways.put("finetuned by MMD, 5 evaluations", List.of("sample.model=" + model));
    ways.put("DDIM, 100 evaluations", plain("ddim", 100));
    return steps.sample(
        "4/6: ten images, in every way",
        "drawn",
        List.of("sample.count=10", "sample.label=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        ways);
  }

  private static List<String> plain(String solver, int evaluations) {
    return List.of(
        "sample.model=" + IMAGES,
        "sample.schedule=vp-linear",
        "sample.solver=" + solver,
        "sample.steps=" + evaluations);
  }
}
