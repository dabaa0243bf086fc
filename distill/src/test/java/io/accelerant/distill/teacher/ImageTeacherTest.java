package io.accelerant.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.DiscreteBetas;
import io.accelerant.distill.model.network.ImageModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of 8 by 8 whose class is the place of a bright bar. */
class ImageTeacherTest extends SparkTest {
  private static final int COUNT = 240;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static JobResult result;

  @BeforeAll
  static void trainOnce() throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + COUNT * 64);
    images.putInt(0x803).putInt(COUNT).putInt(8).putInt(8);
    ByteBuffer labels = ByteBuffer.allocate(8 + COUNT).putInt(0x801).putInt(COUNT);
    for (int i = 0; i < COUNT; i++) {
      RandomStream stream = new RandomStream(1, 1, i, 0);
      labels.put((byte) (i % 2));
      for (int p = 0; p < 64; p++) {
        images.put((byte) (stream.nextInt(60) + (p / 32 == i % 2 ? 190 : 0)));
      }
    }
    Files.write(shared.resolve("images"), images.array());
    Files.write(shared.resolve("labels"), labels.array());
    run(
        new PrepareImagesJob(),
        "run.output=" + shared.resolve("data"),
        "prepareImages.source=" + shared.resolve("images"),
        "prepareImages.labels=" + shared.resolve("labels"),
        "prepareImages.classes=2",
        "prepareImages.split=[0.8,0.2]");
    result = train(shared.resolve("teacher"));
  }

  private static JobResult run(Job job, String... sets) {
    return job.run(context(), JobConfig.load(List.of(), List.of(sets), job.keys()));
  }

  private static JobResult train(Path output, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + output,
                "trainTeacher.kind=image",
                "trainTeacher.data=" + shared.resolve("data"),
                "trainTeacher.patch=4",
                "trainTeacher.width=32",
                "trainTeacher.layers=2",
                "trainTeacher.heads=2",
                "trainTeacher.samples=48",
                "trainTeacher.sampleSteps=20",
                "trainTeacher.sampleEvery=150",
                "train.workers=2",
                "train.batch=16",
                "train.rounds=300",
                "train.ema=0.95",
                "train.learningRate=5e-3",
                "train.checkpointEvery=150"));
    sets.addAll(List.of(more));
    return run(new TrainTeacherJob(), sets.toArray(String[]::new));
  }

  private static double metric(JobResult trained, String name) {
    return trained.metrics().get(name).doubleValue();
  }

  @Test
  void trainingBringsSamplesCloserToTheImages() {
    JobResult raw = train(folder.resolve("raw"), "train.rounds=2");
    assertThat(metric(raw, "noiseMse")).isGreaterThan(0.9);
    assertThat(metric(result, "noiseMse")).isLessThan(0.1);
    assertThat(metric(result, "frechet.pixels")).isLessThan(metric(raw, "frechet.pixels"));
    // held-out images are not quite balanced, samples are: they may fall below the floor
    assertThat(metric(result, "frechet.pixels"))
        .isPositive()
        .isLessThan(3 * metric(result, "frechet.pixels.floor"));
    assertThat(result.metrics()).doesNotContainKey("labelAgreement"); // for 28 by 28 only
  }

  @Test
  void samplesShowTheirLabels() {
    assertThat(metric(result, "frechet.pixels.joint"))
        .isLessThan(0.5 * metric(result, "frechet.pixels.joint.shuffled"));
  }

  @Test
  void theArtifactVerifiesAndReads() {
    Artifact artifact = Artifact.open(result.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    for (String file : List.of("plots/samples.png", "plots/real.png", "model-raw.safetensors")) {
      assertThat(artifact.holds(file)).as(file).isTrue();
    }
    assertThat(ImageModel.read(artifact, "a test").network().classes()).isEqualTo(2);
    assertThat(artifact.manifest().parents()).anyMatch(parent -> parent.role().equals("images"));
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("real, held out (floor)", "the same, labels shuffled", "Verdict, pixels:");
  }

  @Test
  void aTeacherOfShuffledLabelsIsVisiblyWorse() {
    JobResult control = train(folder.resolve("control"), "trainTeacher.shuffleLabels=true");
    assertThat(metric(control, "frechet.pixels.joint"))
        .isGreaterThan(2 * metric(result, "frechet.pixels.joint"));
  }

  @Test
  void aControlOfShuffledLabelsStandsBeside() {
    JobResult plain = train(folder.resolve("plain"), "train.rounds=2");
    JobResult control =
        train(folder.resolve("control"), "train.rounds=2", "trainTeacher.shuffleLabels=true");
    assertThat(control.contentHash()).isNotEqualTo(plain.contentHash());
    JobResult both =
        train(
            folder.resolve("both"), "trainTeacher.control=" + control.artifact(), "train.rounds=2");
    assertThat(both.contentHash()).isEqualTo(plain.contentHash());
    Artifact artifact = Artifact.open(both.artifact(), context().hadoop());
    assertThat(new String(artifact.read("report.md"), StandardCharsets.UTF_8))
        .contains("teacher of shuffled labels");
  }

  @Test
  void theSameAgainIsTheSame() {
    String[] ddpm = {"train.rounds=3", "trainTeacher.schedule=ddpm-linear"};
    JobResult trained = train(folder.resolve("a"), ddpm);
    assertThat(trained.contentHash())
        .isEqualTo(train(folder.resolve("b"), ddpm).contentHash())
        .isNotEqualTo(train(folder.resolve("c"), "train.rounds=3").contentHash());
    Artifact artifact = Artifact.open(trained.artifact(), context().hadoop());
    assertThat(ImageModel.read(artifact, "a test").schedule()).isEqualTo(DiscreteBetas.ddpm());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> train(folder.resolve("x"), "trainTeacher.patch=3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("size 8 must be a multiple of patch 3");
    assertThatThrownBy(() -> train(folder.resolve("x"), "trainTeacher.data=" + result.artifact()))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("trainTeacher.data needs an artifact of kind images");
    assertThatThrownBy(
            () -> train(folder.resolve("x"), "trainTeacher.control=" + result.artifact()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("was not trained with trainTeacher.shuffleLabels = true");
    assertThat(folder.resolve("x/manifest.json")).doesNotExist();
  }
}
