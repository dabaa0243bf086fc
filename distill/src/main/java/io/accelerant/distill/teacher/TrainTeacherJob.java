package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Licences;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.model.Model;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.TrainSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a teacher by synchronous rounds on Spark and publishes its averaged weights. Killed at any
 * point, the same command goes on from the last checkpoint, to the same bits.
 */
public final class TrainTeacherJob implements PublishingJob {
  @Override
  public String name() {
    return "train-teacher";
  }

  @Override
  public String summary() {
    return "Train a model to start from: masked text, images, videos, or answers to prompts";
  }

  @Override
  public List<Key<?>> keys() {
    return TrainTeacherKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    TrainSettings settings = TrainSettings.of(config);
    List<Manifest.Parent> inputs =
        TeacherKinds.inputs(context, config).stream()
            .map(a -> new Manifest.Parent(a.manifest().kind(), a.uri(), a.contentHash()))
            .toList();
    return Work.on(
        inputs,
        output ->
            List.of(
                Text.of(
                    "train a %s teacher on %s",
                    config.get(TrainTeacherKeys.KIND), config.get(TrainTeacherKeys.DATA)),
                Text.of(
                    "%d rounds of %d workers x %d examples, a checkpoint every %d rounds",
                    settings.rounds(),
                    settings.workers(),
                    settings.batch(),
                    settings.checkpointEvery()),
                "measure the held-out loss, publish the model to " + output),
        this::make);
  }

  private Product make(Run run) {
    JobContext context = run.context();
    JobConfig config = run.config();
    StageStore stages = run.stages();
    Snapshots snapshots = run.snapshots(TeacherRun.FOLDERS);
    EngineSettings.of(config).start();
    TeacherKind kind = TeacherKinds.open(context, config);
    context.progress().say("%s: %s", name(), kind.description());
    TeacherRun training = new TeacherRun(context, config, kind, stages, snapshots);
    run.atEnd(training::close);
    training.train();
    double[] heldOut = training.heldOut(training.average());
    Map<String, Number> metrics = new LinkedHashMap<>(training.metrics());
    metrics.putAll(kind.metrics(heldOut, training.average()));
    if (TrainTeacherKeys.isHalf(config)) {
      kind.writeHalf(run.artifact(), training.average());
    } else {
      kind.write(run.artifact(), training.average(), training.raw());
    }
    kind.writeAdapter(run.artifact(), training.trained());
    run.artifact().write("log.jsonl", training.log().jsonLines());
    run.writeLoader(Model.class);
    Licences licences = Licences.of(TeacherKinds.inputs(context, config));
    licences.write(run.artifact());
    TeacherReport report = new TeacherReport(context, kind, training, metrics);
    return new Product(
        run.draft(Model.KIND, metrics),
        report.files(),
        report.card(run, licences),
        new Check(
            "the held-out loss of the first draw",
            heldOut[0],
            artifact -> training.heldOut(kind.read(artifact), 0)));
  }
}
