package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.ForwardProcess;
import io.accelerant.distill.discrete.Scores;
import io.accelerant.distill.model.network.MaskedTextModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code builtin:text} is as good as its manifest says. */
class BuiltinTextTest extends SparkTest {
  private static final int BATCH = 16;
  private static final int BATCHES = 40;

  @TempDir Path folder;

  /** The bound of its training, on text it has not seen, of the very corpus that it was made of. */
  @Test
  void textIsAsLikelyAsItsManifestSays() {
    PrepareTextJob prepare = new PrepareTextJob();
    List<String> sets =
        List.of(
            "run.output=" + folder.resolve("corpus"),
            "prepareText.alphabet=pieces",
            "prepareText.length=24");
    JobConfig config = JobConfig.load(List.of(), sets, prepare.keys());
    JobResult corpus = prepare.run(context(), config);
    Artifact artifact = Artifact.open("builtin:text", context().hadoop());
    assertThat(artifact.manifest().parents())
        .anySatisfy(parent -> assertThat(parent.contentHash()).isEqualTo(corpus.contentHash()));
    List<String> texts =
        Corpus.open(spark(), context().hadoop(), corpus.artifact(), "the test")
            .split("validation")
            .orderBy("id")
            .limit(BATCH * BATCHES)
            .collectAsList()
            .stream()
            .map(row -> row.<String>getAs("text"))
            .toList();
    MaskedTextModel model = MaskedTextModel.read(artifact, "the test");
    int length = model.length();
    int symbols = model.process().symbols();
    double nats = 0;
    try (DiscreteModel network = model.open(context(), config)) {
      for (int b = 0; b < BATCHES; b++) {
        double t = (b + .5) / BATCHES;
        RandomStream stream = new RandomStream(5, RandomStream.purpose("test.masks"), b, 0);
        int[] clean = new int[BATCH * length];
        for (int i = 0; i < BATCH; i++) {
          int[] tokens = model.alphabet().encode(texts.get(b * BATCH + i));
          System.arraycopy(tokens, 0, clean, i * length, length);
        }
        int[] noisy = ForwardProcess.corrupt(model.process(), clean, t, stream);
        double[] scores = new double[clean.length * symbols];
        network.scores(noisy, BATCH, t, scores);
        double scale = Scores.scale(model.process(), t);
        for (int j = 0; j < clean.length; j++) {
          if (noisy[j] == model.mask()) {
            nats -= Math.log(scores[j * symbols + clean[j]] / scale) / t / BATCHES;
          }
        }
      }
    }
    double chars = texts.stream().mapToInt(String::length).sum() / (double) BATCHES;
    double said = artifact.manifest().metrics().get("bitsPerChar").doubleValue();
    assertThat(nats / chars / Math.log(2)).isCloseTo(said, withinPercentage(6));
    assertThat(said)
        .isLessThan(
            artifact.manifest().metrics().get("control.letters.3gram.bitsPerChar").doubleValue());
  }
}
