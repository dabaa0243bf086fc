package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PromptSamplingTest extends SparkTest {
  private static final Transformer NETWORK = Transformer.gpt2(13, 32, 16, 1, 2);
  private static final float[] PARAMETERS =
      Flat.of(Precision.FLOAT32, NETWORK.initial(1, InitialScale.SCALED)).floats();
  private static final int SAMPLES = 3;

  /** Ids that are no row numbers; prompts of 1 to 5 tokens. */
  private static final long[] IDS = LongStream.range(0, 14).map(i -> 100 - 7 * i).toArray();

  private static final int[][] PROMPTS =
      IntStream.range(0, IDS.length)
          .mapToObj(i -> IntStream.range(0, 1 + i % 5).map(k -> (3 * i + k) % 13).toArray())
          .toArray(int[][]::new);

  private List<Generated> sample(long[] ids, int[][] prompts, int batch, int partitions) {
    JobContext context = context();
    Generation generation = new Generation(Warp.NONE, 12, List.of(0, 1));
    Choices.Keyed draws = new Choices.Keyed(3, RandomStream.purpose("test.sampling"));
    try (CausalSource source =
        CausalSource.of(
            context, NETWORK, PARAMETERS, NETWORK.maximumLength(), batch, EngineSettings.cpu(1))) {
      return new PromptSampling(generation, SAMPLES, batch, draws)
          .run(context, source, ids, prompts, partitions);
    }
  }

  private static List<String> texts(List<Generated> rows) {
    return rows.stream()
        .map(r -> r.prompt() + "/" + r.sample() + Arrays.toString(r.tokens()))
        .toList();
  }

  @Test
  void textsDependOnNeitherPartitionsNorBatch() {
    List<Generated> rows = sample(IDS, PROMPTS, 8, 1);
    assertThat(rows).hasSize(IDS.length * SAMPLES);
    assertThat(rows).anyMatch(Generated::stopped).anyMatch(row -> !row.stopped());
    assertThat(texts(rows)).doesNotHaveDuplicates();
    for (int partitions : new int[] {2, 7}) {
      assertThat(texts(sample(IDS, PROMPTS, 8, partitions))).isEqualTo(texts(rows));
    }
    for (int batch : new int[] {1, 5, 64}) {
      assertThat(texts(sample(IDS, PROMPTS, batch, 2))).isEqualTo(texts(rows));
    }
  }

  @Test
  void whatATaskRefusesIsSaidAsItWasSaidThere() {
    assertThatThrownBy(() -> sample(new long[] {5}, new int[][] {new int[33]}, 1, 1))
        .isInstanceOf(DataException.class)
        .hasMessage("Prompt 5 has 33 tokens; the model reads 1 to 32.");
  }
}
