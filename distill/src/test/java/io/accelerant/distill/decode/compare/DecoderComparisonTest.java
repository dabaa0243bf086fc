package io.accelerant.distill.decode.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.distill.decode.Asked;
import io.accelerant.distill.decode.ChainSource;
import io.accelerant.distill.decode.Decoded;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.PromptDecoding;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.RuleSettings;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On exact posteriors of a mixture of chains over two symbols and an end. */
class DecoderComparisonTest extends SparkTest {
  private static final int LENGTH = 7;
  private static final SymbolTokenizer TOKENIZER = SymbolTokenizer.of("ab");
  private static final int END = TOKENIZER.end();

  /** Two tokens are given, of three values each; the rest of the texts are the likeliest. */
  private static final Asked ASKED =
      new Asked(
          IntStream.range(0, 9).mapToObj(DecoderComparisonTest::prompt).toList(),
          TOKENIZER,
          Checker.exact(),
          OptionalInt.of(END),
          LENGTH - 2,
          LENGTH);

  private static final List<Decoder> DECODERS =
      List.of(
          new Decoder(RuleKind.ONE_PER_STEP, RuleSettings.NONE, 3),
          Decoder.at(RuleKind.CONFIDENCE, .6, 3),
          Decoder.at(RuleKind.INFO_GAIN, .9, 0),
          new Decoder(RuleKind.FIRST_HITTING, RuleSettings.NONE, 0));

  private static Prompt prompt(int i) {
    int[] ids = new int[LENGTH];
    ids[0] = i % 3;
    ids[1] = i / 3;
    ids[LENGTH - 1] = END;
    return new Prompt(50 - 3 * i, "p" + i, "abbb", ids, new int[] {0, 1}, "chain");
  }

  private static Compared compare(int batch, int partitions) {
    return new DecoderComparison(DECODERS, batch, 5)
        .run(context(), new ChainSource(LENGTH), ASKED, ChainSource.MASK, partitions);
  }

  private static String counted(Compared compared) {
    return Arrays.deepToString(
        new Object[] {
          compared.evaluations(),
          compared.rowsRead(),
          compared.untilEnd(),
          compared.correct(),
          compared.tokens()
        });
  }

  @Test
  void numbersDependOnNeitherPartitionsNorBatch() {
    Compared compared = compare(4, 1);
    for (int partitions : new int[] {2, 7}) {
      assertThat(counted(compare(4, partitions))).isEqualTo(counted(compared));
    }
    assertThat(counted(compare(64, 2))).isEqualTo(counted(compared));
    assertThat(compared.points()).isEqualTo(DECODERS);
    assertThat(compared.seconds()).hasSize(4).doesNotContain(0);
    assertThat(compared.prompts()).isEqualTo(ASKED.ids());
  }

  @Test
  void aPointIsWhatItsDecoderAloneWrites() {
    Compared compared = compare(4, 2);
    for (int point = 0; point < DECODERS.size(); point++) {
      List<Decoded> alone =
          new PromptDecoding(DECODERS.get(point).decoding(), 1, 5, 5)
              .run(
                  context(), new ChainSource(LENGTH), ASKED.ids(), ASKED.rows(ChainSource.MASK), 1);
      for (int i = 0; i < alone.size(); i++) {
        assertThat(compared.tokens()[point][i]).isEqualTo(alone.get(i).answer());
        assertThat(compared.evaluations()[point][i]).isEqualTo(alone.get(i).evaluations());
        assertThat(compared.rowsRead()[point][i]).isEqualTo(alone.get(i).rowsRead());
        assertThat(compared.correct()[point][i])
            .isEqualTo(TOKENIZER.decode(alone.get(i).answer()).equals("abbb"));
      }
    }
    assertThat(compared.evaluations(0)).isEqualTo(LENGTH - 2);
    assertThat(compared.evaluations(1)).isLessThan(LENGTH - 2);
    assertThat(Compared.mean(compared.rowsRead()[2])).isGreaterThan(compared.evaluations(2));
  }

  @Test
  void agreementIsWithOnePositionAForwardUpToTheEnd() {
    int[][] slow = {{0, END, 1}, {1, 1, END}};
    int[][] fast = {{0, END, 0}, {1, 0, END}};
    Compared agreeing =
        new Compared(
                DECODERS.subList(0, 2),
                new long[] {1, 2},
                new int[2][2],
                new int[2][2],
                new int[2][2],
                new boolean[2][2],
                new int[][][] {slow, fast},
                new double[2])
            .agreeing(TOKENIZER);
    assertThat(agreeing.correct()).isEqualTo(new boolean[][] {{true, true}, {true, false}});
  }

  @Test
  void evaluationsUntilAnEndAreThoseOfWhatStandsBeforeIt() {
    int[] row = {0, 1, 0, END, 1};
    Decoded text =
        new Decoded(1, 0, row, new int[] {0, 3, 1, 2, 4}, new double[5], new double[5], 4, 4);
    assertThat(text.evaluationsUntil(OptionalInt.of(END))).isEqualTo(3);
    assertThat(text.evaluationsUntil(OptionalInt.of(7))).isEqualTo(4);
    assertThat(text.evaluationsUntil(OptionalInt.empty())).isEqualTo(4);
  }

  @Test
  void binsHoldWhatIsCounted() {
    Calibration found = Calibration.empty(4);
    found.add(.2, true);
    found.add(.9, true);
    found.add(1, false);
    Calibration twice = found.plus(found);
    assertThat(twice.counts()).containsExactly(2, 0, 0, 4);
    assertThat(twice.positions()).isEqualTo(6);
    assertThat(twice.accuracy()).isCloseTo(2 / 3., within(1e-12));
    assertThat(twice.meanConfidence()).isCloseTo(.7, within(1e-12));
    assertThat(twice.error()).isCloseTo((.8 + .9) / 3, within(1e-12));
    assertThat(twice.table().size()).isEqualTo(2);
  }

  /** An exact posterior of what drew the rows is calibrated, whatever is masked. */
  @Test
  void exactPosteriorsAreCalibrated() {
    List<Prompt> drawn =
        IntStream.range(0, 1500)
            .mapToObj(id -> new Prompt(id, "", "", ChainSource.draw(id, 5), new int[] {1}, "chain"))
            .toList();
    Calibration found =
        new CalibrationMeter(10, 100, 3).run(context(), new ChainSource(5), drawn, 3);
    assertThat(found.positions()).isEqualTo(2 * 1500);
    assertThat(found.meanConfidence()).isCloseTo(found.accuracy(), within(.03));
    assertThat(found.error()).isLessThan(.05);
    Calibration other =
        new CalibrationMeter(10, 100, 3).run(context(), new ChainSource(5), drawn, 1);
    assertThat(other.confidence()).isEqualTo(found.confidence());
    assertThat(other.right()).isEqualTo(found.right());
  }

  @Test
  void halfOfTheOpenPositionsAreMaskedByTheId() {
    CalibrationMeter meter = new CalibrationMeter(10, 4, 3);
    List<String> masked =
        ASKED.prompts().stream().map(p -> Arrays.toString(meter.masked(p))).toList();
    assertThat(ASKED.prompts())
        .allSatisfy(p -> assertThat(meter.masked(p)).hasSize(3).isSorted().doesNotContain(0, 1));
    assertThat(masked.stream().distinct().count()).isGreaterThan(4);
  }
}
