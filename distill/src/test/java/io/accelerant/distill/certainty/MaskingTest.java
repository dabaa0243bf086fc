package io.accelerant.distill.certainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MaskingTest {
  /** Nothing is given behind the answer, which begins at 3: blocks of 4, 4 and 2. */
  private static final int[] BEHIND_A_PROMPT = IntStream.range(3, 13).toArray();

  /** Gaps 1 2 4 5 | 7 8 10 11 in blocks of 6 from the start of the row, the third all given. */
  private static final int[] GAPS = {1, 2, 4, 5, 7, 8, 10, 11};

  private static List<Integer> all(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).sorted().boxed().toList();
  }

  private static List<List<Masking.View>> drawn(Masking masking, int[] open, int tokens) {
    return IntStream.range(0, 300).mapToObj(id -> masking.views(open, tokens, 7, 1, id)).toList();
  }

  @Test
  void viewsPartOneBlockAndWhatIsBehindItIsNoTarget() {
    Set<List<Integer>> actives = new TreeSet<>((a, b) -> a.get(0) - b.get(0));
    for (List<Masking.View> views : drawn(new Masking(false, 4, true), BEHIND_A_PROMPT, 13)) {
      List<Integer> active = all(views.get(0).targets(), views.get(1).targets());
      actives.add(active);
      int end = active.get(active.size() - 1);
      for (Masking.View view : views) {
        assertThat(view.behind()).containsExactly(IntStream.range(end + 1, 13).toArray());
      }
    }
    assertThat(actives).containsExactly(List.of(3, 4, 5, 6), List.of(7, 8, 9, 10), List.of(11, 12));
  }

  @Test
  void whatIsGivenIsNeverMaskedAndBlocksAreRangesOfTheRow() {
    Set<List<Integer>> actives = new TreeSet<>((a, b) -> a.get(0) - b.get(0));
    for (List<Masking.View> views : drawn(new Masking(false, 6, true), GAPS, 18)) {
      actives.add(all(views.get(0).targets(), views.get(1).targets()));
      assertThat(Arrays.stream(GAPS).boxed().toList())
          .containsAll(all(views.get(0).behind(), views.get(0).targets()));
    }
    assertThat(actives).containsExactly(List.of(1, 2, 4, 5), List.of(7, 8, 10, 11));
  }

  @Test
  void allBlocksAreDrawnAlikeAndHalfOfTheirPositionsAreMasked() {
    List<List<Masking.View>> drawn = drawn(new Masking(false, 4, true), BEHIND_A_PROMPT, 13);
    long last = drawn.stream().filter(v -> v.get(0).behind().length == 0).count();
    assertThat(last / 300.0).isCloseTo(1 / 3., within(.1));
    double first = drawn.stream().mapToInt(v -> v.get(0).targets().length).average().orElseThrow();
    double second = drawn.stream().mapToInt(v -> v.get(1).targets().length).average().orElseThrow();
    assertThat(first / (first + second)).isCloseTo(Masking.RATIO, within(.05));
  }

  @Test
  void theWholeAnswerIsOneBlockAndWithoutComplementThereIsOneView() {
    for (List<Masking.View> views : drawn(new Masking(true, 4, true), GAPS, 18)) {
      assertThat(all(views.get(0).targets(), views.get(1).targets()))
          .isEqualTo(Arrays.stream(GAPS).boxed().toList());
      assertThat(views.get(1).behind()).isEmpty();
    }
    assertThat(new Masking(true, 4, false).views(GAPS, 18, 7, 1, 5)).hasSize(1);
  }

  @Test
  void masksAreKeyedBySeedEpochAndId() {
    Masking masking = new Masking(false, 4, true);
    List<String> drawn = new ArrayList<>();
    for (long[] key : new long[][] {{1, 0, 5}, {2, 0, 5}, {1, 1, 5}, {1, 0, 6}, {1, 0, 5}}) {
      StringBuilder all = new StringBuilder();
      for (int k = 0; k < 5; k++) { // several ids, so that unlike keys do not agree by chance
        masking
            .views(BEHIND_A_PROMPT, 13, key[0], (int) key[1], key[2] + 100 * k)
            .forEach(view -> all.append(Arrays.toString(view.targets())));
      }
      drawn.add(all.toString());
    }
    assertThat(drawn.get(4)).isEqualTo(drawn.get(0));
    assertThat(drawn.subList(0, 4)).doesNotHaveDuplicates();
  }
}
