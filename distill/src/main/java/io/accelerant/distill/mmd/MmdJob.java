package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.Images;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.CpuShare;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Model;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.model.network.ImageModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finetunes a trained image model to a sampler of few steps by MMD: the union batch's discrepancy
 * of features is differentiated through DDIM's steps in rounds of two phases. Beside it run the
 * untouched model under every sampler, finetuning on other features, and as many updates of the
 * ordinary loss; all are measured in spaces that were not trained on. With {@code mmd.of} or {@code
 * mmd.chain} it only computes given numbers.
 */
public final class MmdJob implements PublishingJob {
  @Override
  public String name() {
    return "mmd";
  }

  @Override
  public String summary() {
    return "Finetune an image model for few steps by the moments of features (MMD)";
  }

  @Override
  public List<Key<?>> keys() {
    return MmdKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    if (Replay.isMeant(config)) {
      return Replay.work(context, config);
    }
    MmdSettings settings = MmdSettings.of(config);
    return Work.on(
        inputs(context, config),
        output ->
            List.of(
                "open the model " + config.get(MmdKeys.MODEL),
                Text.of("measure it with every sampler at %s steps", settings.steps()),
                Text.of(
                    "finetune on each of %s, and on the ordinary loss: %d updates of %d examples under seeds %s",
                    config.get(MmdKeys.FEATURES),
                    settings.train().rounds(),
                    settings.union(),
                    settings.seeds()),
                Text.of("publish the network of %d steps to %s", settings.steps().get(0), output)),
        run -> make(run, settings));
  }

  private static List<Manifest.Parent> inputs(JobContext context, JobConfig config) {
    Artifact model = Artifact.open(config.get(MmdKeys.MODEL), context.hadoop());
    ImageModel.requireUntuned(model, MmdKeys.MODEL.path());
    ImageModel described = ImageModel.described(model, MmdKeys.MODEL.path());
    requireImages(model, described);
    TimeSubset.ofLabel(config.get(MmdKeys.TIMES)).require(described.schedule(), config);
    MmdSettings.network(config, described.network());
    Artifact data =
        Artifact.open(config.get(MmdKeys.DATA), context.hadoop())
            .requireKind(Images.KIND, MmdKeys.DATA.path());
    List<Manifest.Parent> parents = new ArrayList<>();
    parents.add(new Manifest.Parent("model", model.uri(), model.contentHash()));
    parents.add(new Manifest.Parent("images", data.uri(), data.contentHash()));
    config
        .find(MmdKeys.CLASSIFIER)
        .map(uri -> Artifact.open(uri, context.hadoop()))
        .ifPresent(
            artifact ->
                parents.add(
                    new Manifest.Parent("classifier", artifact.uri(), artifact.contentHash())));
    config
        .find(MmdKeys.ONNX)
        .map(uri -> OnnxFile.read(uri, context.hadoop()))
        .ifPresent(file -> parents.add(new Manifest.Parent("onnx", file.uri(), file.sha256())));
    return parents;
  }

  private static void requireImages(Artifact artifact, ImageModel model) {
    if (model.network().frames().isVideo()) {
      throw new ArtifactException(
          Text.of(
              "%s needs a model of images; %s is one of videos.",
              MmdKeys.MODEL.path(), artifact.uri()));
    }
  }

  private static Product make(Run run, MmdSettings settings) {
    JobContext context = run.context();
    JobConfig config = run.config();
    run.stages();
    EngineSettings.of(config).start();
    ImageModel teacher = ImageModel.read(config.get(MmdKeys.MODEL), context, MmdKeys.MODEL.path());
    Images images =
        Images.open(
            context.spark(), context.hadoop(), config.get(MmdKeys.DATA), MmdKeys.DATA.path());
    requireFit(teacher, images, config);
    try (CpuShare cpu = new CpuShare(context.spark().sparkContext())) {
      MmdStages stages = new MmdStages(run, settings, teacher, images);
      run.atEnd(stages::close);
      MmdFindings findings = stages.run();
      write(run, stages, findings, teacher);
      ArtifactTables.Written table =
          ArtifactTables.write(run, UpdateTable.of(context.spark(), findings), UpdateTable.NAME);
      Map<String, Number> metrics = new LinkedHashMap<>(findings.metrics());
      metrics.put("executorCpuShare", cpu.share());
      MmdReport report = new MmdReport(run, findings, stages, images.channels(), images.height());
      return new Product(
          run.draft(Model.KIND, metrics)
              .withTable(table.folder(), UpdateTable.fingerprint(table.rows())),
          report.files(),
          report.card(),
          check(stages, findings));
    }
  }

  private static void requireFit(ImageModel teacher, Images images, JobConfig config) {
    if (teacher.size() != images.size()
        || teacher.network().channels() != images.channels()
        || teacher.network().classes() > 0 && teacher.network().classes() < images.classes()) {
      throw config.invalid(
          MmdKeys.DATA,
          Text.of(
              "holds images of %d x %d x %d of %d classes; the model is for %d x %d x %d of %d.",
              images.channels(),
              images.height(),
              images.width(),
              images.classes(),
              teacher.network().channels(),
              teacher.network().size(),
              teacher.network().size(),
              teacher.network().classes()));
    }
  }

  private static void write(Run run, MmdStages stages, MmdFindings findings, ImageModel teacher) {
    Trained trained = findings.publishedTraining();
    Finetuning finetuning = stages.finetuning();
    finetuning
        .model(trained.average())
        .write(run.artifact(), finetuning.model(trained.raw()).parameters());
    finetuning.writeAdapter(run.artifact(), trained.average());
    run.artifact()
        .writeJson(
            MmdSampler.FILE,
            new MmdSampler(
                    teacher.schedule(),
                    findings.settings().subset(),
                    stages.chain(findings.published().steps()).times(),
                    findings.settings().labelled() && teacher.network().classes() > 0)
                .toJson());
    run.writeLoader(MmdJob.class);
  }

  /** The published network and sampler, opened as any reader opens them, measure a row again. */
  private static Check check(MmdStages stages, MmdFindings findings) {
    long seed = findings.settings().seeds().get(0);
    Measured recorded = findings.first(findings.published());
    return new Check(
        "the Frechet distance in pixels",
        recorded.metrics().get("frechet.pixels"),
        artifact -> {
          MmdSampler sampler = MmdSampler.Published.read(artifact).sampler();
          ImageModel model = ImageModel.read(artifact, "mmd");
          FewSteps few =
              FewSteps.plain(
                  MmdSampler.solver(sampler.schedule()),
                  sampler.schedule(),
                  sampler.times(),
                  sampler.labelled() ? model.network().classes() : 0);
          LabelledPixels samples =
              stages.draw("of the artifact", model, few, seed, stages.spaces().real().count());
          return stages.spaces().pixels(samples);
        });
  }
}
