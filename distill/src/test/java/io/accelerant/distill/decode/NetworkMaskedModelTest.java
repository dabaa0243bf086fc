package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.engine.Avx2;
import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.lm.PermutedTokens;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkMaskedModelTest {
  private static final int VOCABULARY = 13;
  private static final ProgramPool POOL = new ProgramPool(32);

  @AfterAll
  static void close() {
    POOL.close();
  }

  private static Transformer network(int maximumLength) {
    return network(VOCABULARY, maximumLength);
  }

  private static Transformer network(int vocabulary, int maximumLength) {
    return Transformer.gpt2(vocabulary, maximumLength, 24, 2, 3)
        .withCausal(false)
        .withPositions(Positions.ROTARY);
  }

  private static double[] parameters(Transformer network) {
    return network.initial(1, InitialScale.SCALED);
  }

  private static NetworkMaskedModel model(Transformer network, int longest) {
    float[] numbers = Flat.of(Precision.FLOAT32, parameters(network)).floats();
    return new NetworkMaskedModel(
        network,
        MaskedVocabulary.of(network),
        numbers,
        NetworkMaskedModel.lengths(network, longest),
        POOL);
  }

  private static int[] row(int length, int number) {
    RandomStream stream = new RandomStream(3, RandomStream.purpose("test.tokens"), number, 0);
    return IntStream.range(0, length).map(i -> stream.nextInt(VOCABULARY)).toArray();
  }

  /** All that is said of a row. */
  private static double[] said(MaskedModel.Logits logits, int row, int length) {
    double[] all = new double[length * VOCABULARY];
    double[] one = new double[VOCABULARY];
    for (int i = 0; i < length; i++) {
      logits.at(row, i, one);
      System.arraycopy(one, 0, all, i * VOCABULARY, VOCABULARY);
    }
    return all;
  }

  @Test
  void rowsOfAnyLengthAreReadAsIfEachWereAlone() {
    Transformer network = network(40);
    int[][] rows = {row(1, 0), row(20, 1), row(7, 2), row(19, 3), row(3, 4)};
    try (NetworkMaskedModel model = model(network, 20)) {
      MaskedModel.Logits logits = model.logits(rows);
      for (int i = 0; i < rows.length; i++) {
        BatchShape shape = BatchShape.of(1, rows[i].length);
        double[] exact;
        try (Program program = network.forward(Precision.FLOAT64, shape)) {
          program.setParameters(parameters(network)).set("tokens", rows[i]).run();
          exact = program.doubles("logits");
        }
        double[] found = said(logits, i, rows[i].length);
        for (int k = 0; k < found.length; k++) {
          if (k % VOCABULARY == model.mask()) {
            assertThat(found[k]).isEqualTo(Double.NEGATIVE_INFINITY);
          } else {
            assertThat(found[k]).isCloseTo(exact[k], within(1e-5));
          }
        }
      }
    }
  }

  /** 20 is not a multiple of the rows that the kernel takes at a time, and cannot be made one. */
  @ParameterizedTest
  @ValueSource(ints = {40, 20})
  void aRowHasTheSameBitsAloneAndInABatch(int maximumLength) throws IOException {
    assumeTrue(Avx2.isTheKernel(), "promised of oneDNN's AVX2 kernels");
    int[][] rows =
        IntStream.range(0, 75).mapToObj(i -> row(i % 5 == 0 ? 4 : 20, i)).toArray(int[][]::new);
    try (NetworkMaskedModel model = model(network(maximumLength), 20)) {
      MaskedModel.Logits all = model.logits(rows);
      double[][] together =
          IntStream.range(0, rows.length)
              .mapToObj(i -> said(all, i, rows[i].length))
              .toArray(double[][]::new);
      for (int from = 0, count = 1;
          from + count <= rows.length;
          from += count, count = count % 13 + 3) {
        MaskedModel.Logits some = model.logits(Arrays.copyOfRange(rows, from, from + count));
        for (int i = 0; i < count; i++) {
          assertThat(said(some, i, rows[from + i].length))
              .as("row %d of %d", i, count)
              .isEqualTo(together[from + i]);
        }
      }
    }
  }

  /** Each decoder writes the same tokens, whatever their numbers are. */
  @Test
  void maskMayBeAnyTokenAndNotAllLogitsAreThoseOfTokens() {
    Transformer last = network(40).withTied(false);
    Transformer middle = network(VOCABULARY + PermutedTokens.PADDING, 40).withTied(false);
    PermutedTokens moved = new PermutedTokens(last, middle);
    Flat numbers = Flat.of(Precision.FLOAT32, parameters(last));
    Buckets lengths = NetworkMaskedModel.lengths(last, 20);
    int[][] rows = new int[6][];
    for (int i = 0; i < rows.length; i++) {
      int[] given = Arrays.stream(row(20, i)).map(token -> token % (VOCABULARY - 1)).toArray();
      for (int k = 5; k < 20; k += i % 2 + 1) {
        given[k] = VOCABULARY - 1;
      }
      rows[i] = given;
    }
    try (NetworkMaskedModel plain =
            new NetworkMaskedModel(
                last, MaskedVocabulary.of(last), numbers.floats(), lengths, POOL);
        NetworkMaskedModel other =
            new NetworkMaskedModel(
                middle, moved.vocabulary(), moved.parameters(numbers).floats(), lengths, POOL)) {
      assertThat(other.mask()).isEqualTo(PermutedTokens.MASK);
      for (Decoder decoder :
          List.of(
              new Decoder(RuleKind.ONE_PER_STEP, RuleSettings.NONE, 0),
              Decoder.at(RuleKind.CONFIDENCE, .3, 8),
              Decoder.at(RuleKind.ENTROPY_BUDGET, 2, 0))) {
        List<Decoded> expected = decoder.decoding().run(plain, requests(rows), Draws.keyed(0));
        int[][] movedRows = Arrays.stream(rows).map(moved::row).toArray(int[][]::new);
        List<Decoded> found = decoder.decoding().run(other, requests(movedRows), Draws.keyed(0));
        for (int i = 0; i < rows.length; i++) {
          assertThat(found.get(i).row()).isEqualTo(moved.row(expected.get(i).row()));
          assertThat(found.get(i).committedAt()).isEqualTo(expected.get(i).committedAt());
        }
      }
    }
  }

  private static List<MaskedDecoding.Request> requests(int[][] rows) {
    return IntStream.range(0, rows.length)
        .mapToObj(i -> new MaskedDecoding.Request(i, 0, rows[i]))
        .toList();
  }

  @Test
  void lengthsAreFewAndNoneIsLongerThanTheNetworkReads() {
    assertThat(NetworkMaskedModel.lengths(network(40), 20).sizes()).isEqualTo(List.of(6, 12, 24));
    assertThat(NetworkMaskedModel.lengths(network(20), 20).sizes()).isEqualTo(List.of(6, 12, 20));
    assertThat(NetworkMaskedModel.lengths(network(500), 100).sizes())
        .isEqualTo(List.of(18, 30, 60, 108));
  }

  @Test
  void moreThanHalfOfTheRowsOfAProgramAreUsed() {
    for (int length : new int[] {18, 20, 120}) {
      for (int rows = 7; rows < 200; rows++) {
        int batch = NetworkMaskedModel.batch(rows, length);
        assertThat(2 * rows).isGreaterThan(batch);
        assertThat(batch * length % 6).isZero();
      }
    }
  }
}
