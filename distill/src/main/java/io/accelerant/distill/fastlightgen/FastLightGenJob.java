package io.accelerant.distill.fastlightgen;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.model.network.ImageModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a flow model of images or videos smaller and faster at once: the blocks that are missed
 * least go, the network learns to do without them, and becomes a generator of few steps by matching
 * distributions with a guided teacher. Beside it run the model at every number of steps, the
 * network without its blocks as it is and as stage II left it, the unpruned student, the naive
 * order, a teacher that is too strong, and half of the blocks. With {@code fastlightgen.of} it only
 * computes given numbers.
 */
public final class FastLightGenJob implements PublishingJob {
  private static final String STAGE_TWO = "stage2.safetensors";
  private static final String PICKED = "the distance in space b";

  @Override
  public String name() {
    return "fastlightgen";
  }

  @Override
  public String summary() {
    return "Make a flow model of images or videos smaller and faster at once (FastLightGen)";
  }

  @Override
  public List<Key<?>> keys() {
    return FastLightGenKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    if (Replay.isMeant(config)) {
      return Replay.work(context, config);
    }
    FastLightGenSettings settings = FastLightGenSettings.of(config);
    return Work.on(
        inputs(context, config),
        output ->
            List.of(
                "open the model " + config.get(FastLightGenKeys.MODEL),
                Text.of(
                    "measure every block on %d held-out rows at %d levels",
                    settings.probes(), settings.levels().length),
                Text.of(
                    "train it to skip blocks: %d updates of %d rows for each of %s, seeds %s",
                    settings.two().rounds(),
                    settings.batch(),
                    settings.two().lessons().stream().map(l -> l.label()).toList(),
                    settings.seeds()),
                Text.of(
                    "choose among %d teachers by their students of %d updates",
                    settings.candidates().size(), settings.searchUpdates()),
                Text.of(
                    "train students of %s steps: %d updates of each arm, seeds %s",
                    settings.steps(), settings.three().updates(), settings.seeds()),
                Text.of("publish the one of %d steps to %s", settings.steps().get(0), output)),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(JobContext context, JobConfig config) {
    Artifact model = Artifact.open(config.get(FastLightGenKeys.MODEL), context.hadoop());
    requireWholeFlow(model);
    requirePrunable(ImageModel.described(model, FastLightGenKeys.MODEL.path()).network(), config);
    Artifact data = Ground.artifact(context, config.get(FastLightGenKeys.DATA));
    return List.of(
        new Manifest.Parent(Model.KIND, model.uri(), model.contentHash()),
        new Manifest.Parent(data.manifest().kind(), data.uri(), data.contentHash()));
  }

  private static void requireWholeFlow(Artifact model) {
    String what = FastLightGenKeys.MODEL.path();
    ImageModel.requireUntuned(model, what);
    ImageModel found = ImageModel.described(model, what);
    if (!(found.schedule() instanceof FlowPath)) {
      throw new ArtifactException(
          Text.of(
              "%s needs a model on the schedule %s; %s was trained on %s.",
              what, FlowPath.LABEL, model.uri(), found.schedule().label()));
    }
    PatchTransformer network = found.network();
    if (network.keep().size() < network.layers() || network.layers() < 2) {
      throw new ArtifactException(
          Text.of(
              "%s needs a network with all of its blocks, at least two; %s has %d of %d.",
              what, model.uri(), network.keep().size(), network.layers()));
    }
  }

  /** Whether so much can go at all, whatever the importances. */
  private static void requirePrunable(PatchTransformer network, JobConfig config) {
    try {
      PrunePlan.oneShot(
          new double[network.layers()],
          Networks.sizes(network),
          config.get(FastLightGenKeys.PRUNE),
          config.get(FastLightGenKeys.GUARD));
    } catch (IllegalArgumentException e) {
      throw config.invalid(FastLightGenKeys.PRUNE, "is too much: " + e.getMessage() + ".");
    }
  }

  private static Product make(Run run, FastLightGenSettings settings) {
    JobContext context = run.context();
    JobConfig config = run.config();
    run.stages();
    EngineSettings.of(config).start();
    ImageModel teacher =
        ImageModel.read(config.get(FastLightGenKeys.MODEL), context, FastLightGenKeys.MODEL.path());
    Ground ground = Ground.read(context, config.get(FastLightGenKeys.DATA), settings);
    requireFit(teacher.network(), ground, config);
    Judge judge = new MeterJudge(ground, config.get(FastLightGenKeys.JUDGE_STEPS), settings.seed());
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      FastLightGenStages stages = new FastLightGenStages(run, settings, teacher, ground, judge);
      run.atEnd(stages::close);
      FastLightGenFindings findings = stages.run();
      Subject published = stages.published(findings);
      write(run, findings, published);
      Map<String, String> tables = FastLightGenTables.write(run, findings);
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      FastLightGenReport report =
          new FastLightGenReport(run, findings, ground.shape(), ground.test().images());
      return new Product(
          run.draft(Model.KIND, metrics).withTables(tables).withIdentityFile(FewStepSampler.FILE),
          report.files(),
          report.card(),
          check(stages, findings, published));
    }
  }

  private static void requireFit(PatchTransformer network, Ground ground, JobConfig config) {
    boolean same =
        network.channels() == ground.shape().channels()
            && network.frames().count() == ground.shape().frames()
            && network.size() == ground.shape().height()
            && network.size() == ground.shape().width()
            && (network.classes() == 0 || network.classes() == ground.classes());
    if (!same) {
      throw config.invalid(
          FastLightGenKeys.DATA,
          Text.of(
              "holds rows of %s of %d classes; the model is for %d x %d x %d x %d of %d.",
              ground.shape(),
              ground.classes(),
              network.channels(),
              network.frames().count(),
              network.size(),
              network.size(),
              network.classes()));
    }
  }

  private static void write(Run run, FastLightGenFindings findings, Subject published) {
    MatchingUnit unit = findings.publishedUnit();
    new ImageModel(published.network(), published.parameters(), new FlowPath())
        .write(run.artifact(), findings.students().get(unit).raw());
    MatchingTraining.Start start = findings.networks().start(unit.arm(), unit.seed());
    new Model(start.network(), start.parameters()).writeWeights(run.artifact(), STAGE_TWO);
    run.artifact()
        .writeJson(
            FewStepSampler.FILE,
            new FewStepSampler(
                    new FewStepLevels(published.sampling().times()),
                    published.network().classes() > 0)
                .toJson());
    run.writeLoader(FastLightGenJob.class);
  }

  /** The published network and sampler, opened as any reader opens them, measure a row again. */
  private static Check check(
      FastLightGenStages stages, FastLightGenFindings findings, Subject published) {
    return new Check(
        PICKED,
        findings.published().seeds().get(0).distance(),
        artifact -> {
          FewStepSampler sampler = FewStepSampler.Published.read(artifact).sampler();
          ImageModel model = ImageModel.read(artifact, "fastlightgen");
          return stages
              .measuring()
              .again(
                  new Subject(
                      published.id(),
                      model.network(),
                      model.parameters(),
                      Sampling.fewSteps(sampler.levels(), model.network().classes())));
        });
  }
}
