package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PromptDecodingTest extends SparkTest {
  private static final int MASK = 10;
  private static final int LONGEST = 14;
  private static final Transformer NETWORK =
      Transformer.gpt2(MASK + 1, 64, 16, 1, 2).withCausal(false).withPositions(Positions.ROTARY);
  private static final MaskedVocabulary TOKENS = MaskedVocabulary.of(NETWORK);
  private static final float[] PARAMETERS =
      Flat.of(Precision.FLOAT32, NETWORK.initial(1, InitialScale.SCALED)).floats();
  private static final int SAMPLES = 3;

  /** Ids that are no row numbers; rows of 4 to 14 tokens with 1 to 7 open. */
  private static final long[] IDS = LongStream.range(0, 14).map(i -> 100 - 7 * i).toArray();

  private static final int[][] ROWS =
      IntStream.range(0, IDS.length)
          .mapToObj(
              i ->
                  IntStream.range(0, 4 + 5 * (i % 3))
                      .map(k -> k % 2 == i % 2 ? MASK : (3 * i + k) % MASK)
                      .toArray())
          .toArray(int[][]::new);

  private static List<String> write(int batch, int partitions) {
    MaskedDecoding decoding = new MaskedDecoding(OnePerStep.RANDOM, Warp.NONE, 4);
    try (NetworkMaskedSource source =
        NetworkMaskedSource.of(
            context(), NETWORK, TOKENS, PARAMETERS, LONGEST, EngineSettings.cpu(1))) {
      return new PromptDecoding(decoding, SAMPLES, batch, 3)
          .run(context(), source, IDS, ROWS, partitions).stream()
              .map(
                  text ->
                      text.prompt()
                          + "/"
                          + text.sample()
                          + Arrays.toString(text.row())
                          + Arrays.toString(text.committedAt()))
              .toList();
    }
  }

  @Test
  void textsDependOnNeitherPartitionsNorBatch() {
    List<String> texts = write(8, 1);
    assertThat(texts).hasSize(IDS.length * SAMPLES).doesNotHaveDuplicates();
    for (int partitions : new int[] {2, 7}) {
      assertThat(write(8, partitions)).isEqualTo(texts);
    }
    for (int batch : new int[] {1, 5, 64}) {
      assertThat(write(batch, 2)).isEqualTo(texts);
    }
  }

  @Test
  void aNetworkThatCannotReadTheRowsIsRefused() {
    assertThatThrownBy(
            () ->
                NetworkMaskedSource.of(
                    context(), NETWORK, TOKENS, PARAMETERS, 65, EngineSettings.cpu(1)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "The longest row has 65 tokens, its answer with them; the model reads 64 at most.");
    assertThatThrownBy(
            () ->
                NetworkMaskedSource.of(
                    context(),
                    NETWORK.withTimed(true),
                    TOKENS,
                    PARAMETERS,
                    LONGEST,
                    EngineSettings.cpu(1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not given the time");
  }
}
