package io.accelerant.distill.decode;

import static io.accelerant.distill.decode.Chain.M;
import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.lm.Warp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every rule keeps to, whatever it commits. */
class RuleContractTest {
  private static final Draws DRAWS = Draws.keyed(3);
  private static final int LENGTH = 6;

  private static final int[][] ROWS = {
    {M, M, M, M, M, M},
    {M, 1, M, M, 0, M},
    {2, 0, M, M, M, M},
    {0, 1, 2, 0, M, 2},
    {0, 1, 2, 2, 0, 1}
  };

  /** All kinds as they are without settings, with every word, and at the ends of their numbers. */
  static List<UnmaskRule> rules() {
    return Arrays.stream(RuleKind.values())
        .flatMap(
            kind ->
                Stream.concat(
                        Stream.of(RuleSettings.NONE),
                        kind.parameters().stream().flatMap(RuleContractTest::variants))
                    .map(kind::rule))
        .collect(Collectors.toMap(UnmaskRule::label, rule -> rule, (a, b) -> a))
        .values()
        .stream()
        .toList();
  }

  private static Stream<RuleSettings> variants(RuleParameter one) {
    String name = one.name();
    if (one.isWord()) {
      return one.words().stream().map(word -> RuleSettings.NONE.with(name, word));
    }
    if (name.equals("low")) { // of a threshold that falls
      return Stream.of(RuleSettings.NONE.with(name, 0));
    }
    double most = one.whole() ? 2 * LENGTH : one.most();
    RuleSettings least = RuleSettings.NONE.with(name, one.least());
    return Stream.of(
        one.name().equals("threshold") && one.standard() == 7.5 ? least.with("low", 0) : least,
        RuleSettings.NONE.with(name, one.whole() ? 3 : one.standard() / 2 + one.standard() / 4),
        RuleSettings.NONE.with(name, most));
  }

  /** Reads as the exact posterior does, and sees to what it is asked to read. */
  private static final class Watched implements MaskedModel {
    final MaskedModel model = Chain.posterior(LENGTH);
    final int[] given;
    final int blockLength;
    final List<Integer> masked = new ArrayList<>();

    Watched(int[] given, int blockLength) {
      this.given = given;
      this.blockLength = blockLength == 0 ? LENGTH : blockLength;
    }

    @Override
    public int vocabulary() {
      return model.vocabulary();
    }

    @Override
    public int maximumLength() {
      return model.maximumLength();
    }

    @Override
    public Logits logits(int[][] rows) {
      for (int[] row : rows) {
        for (int i = 0; i < LENGTH; i++) {
          assertThat(row[i]).isEqualTo(given[i] == M ? row[i] : given[i]);
        }
        assertNothingIsBehindTheBlock(row);
        assertThat(masked(row)).isEqualTo(masked(rows[0])).isPositive();
      }
      masked.add(masked(rows[0]));
      return model.logits(rows);
    }

    private void assertNothingIsBehindTheBlock(int[] row) {
      int from = IntStream.range(0, LENGTH).filter(i -> given[i] == M).findFirst().orElseThrow();
      boolean suffix = IntStream.range(from, LENGTH).allMatch(i -> given[i] == M);
      int open = IntStream.range(0, LENGTH).filter(i -> row[i] == M).findFirst().orElseThrow();
      int begin = suffix ? from : 0;
      int end = begin + ((open - begin) / blockLength + 1) * blockLength;
      for (int i = end; i < LENGTH; i++) {
        assertThat(row[i]).isEqualTo(given[i]);
      }
    }
  }

  private static int masked(int[] row) {
    return (int) Arrays.stream(row).filter(token -> token == M).count();
  }

  private static Decoded one(UnmaskRule rule, int blockLength, MaskedModel model, int[] row) {
    return MaskedDecoding.of(rule, blockLength)
        .run(model, List.of(new MaskedDecoding.Request(5, 2, row)), DRAWS)
        .get(0);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyForwardLeavesLessToDoInsideTheBlockUntilAllIsDone(UnmaskRule rule) {
    for (int[] row : ROWS) {
      for (int blockLength : new int[] {0, 2, 4}) {
        Watched model = new Watched(row, blockLength);
        Decoded text = one(rule, blockLength, model, row);
        assertThat(text.row()).doesNotContain(M);
        assertThat(model.masked).hasSize(text.evaluations());
        for (int k = 1; k < model.masked.size(); k++) {
          assertThat(model.masked.get(k)).isLessThan(model.masked.get(k - 1));
        }
        assertThat(text.evaluations()).isBetween(Math.min(1, masked(row)), masked(row));
        assertThat(text.rowsRead()).isGreaterThanOrEqualTo(text.evaluations());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void whatWasGivenStaysAndTheRestSaysWhenAndHowProbablyItCame(UnmaskRule rule) {
    for (int[] row : ROWS) {
      Decoded text = one(rule, 0, Chain.posterior(LENGTH), row);
      for (int i = 0; i < LENGTH; i++) {
        if (row[i] == M) {
          assertThat(text.committedAt()[i]).isBetween(1, text.evaluations());
          assertThat(text.logP()[i]).isNegative();
        } else {
          assertThat(text.row()[i]).isEqualTo(row[i]);
          assertThat(text.committedAt()[i]).isZero();
          assertThat(text.logP()[i]).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void rowsAreWrittenAsIfEachWereAlone(UnmaskRule rule) {
    for (Warp warp : List.of(Warp.GREEDY, Warp.NONE)) {
      MaskedDecoding decoding = new MaskedDecoding(rule, warp, 4);
      List<MaskedDecoding.Request> requests =
          IntStream.range(0, 10)
              .mapToObj(i -> new MaskedDecoding.Request(i / 2, i % 2, ROWS[i % ROWS.length]))
              .toList();
      List<Decoded> together = decoding.run(Chain.posterior(LENGTH), requests, DRAWS);
      for (int i = 0; i < requests.size(); i++) {
        Decoded alone =
            decoding.run(Chain.posterior(LENGTH), List.of(requests.get(i)), DRAWS).get(0);
        assertThat(together.get(i)).usingRecursiveComparison().isEqualTo(alone);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void ofEqualPositionsTheFirstIsFirst(UnmaskRule rule) {
    boolean drawsPositions = rule.label().contains("random") || rule instanceof FirstHitting;
    if (drawsPositions || rule instanceof Saber) { // which masks the first again
      return;
    }
    double[] same = {-1.5, -.5, -2};
    TableModel model = new TableModel(Chain.TOKENS, (row, position) -> same);
    int[] committedAt = one(rule, 0, model, ROWS[0]).committedAt();
    assertThat(committedAt).isSorted();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aRuleTravelsToTasks(UnmaskRule rule) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(rule);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(rule);
    }
  }

  @Test
  void allRulesAreHere() {
    Collection<UnmaskRule> rules = rules();
    assertThat(rules).hasSizeGreaterThan(40);
    for (RuleKind kind : RuleKind.values()) {
      assertThat(rules).anyMatch(rule -> rule.label().startsWith(kind.label()));
    }
  }
}
