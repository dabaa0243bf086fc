package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockDrawTest {
  private static final List<Integer> REMOVED = List.of(6, 7);
  private static final List<Integer> CANDIDATES = List.of(4, 6, 7);
  private static final int UPDATES = 4000;

  private static List<List<Integer>> drawn(double exact) {
    BlockDraw draw = new BlockDraw(REMOVED, CANDIDATES, exact, .5, 500);
    return IntStream.range(0, UPDATES).mapToObj(update -> draw.skipped(5, update)).toList();
  }

  private static double share(List<List<Integer>> drawn, List<Integer> blocks) {
    return drawn.stream().filter(blocks::equals).count() / (double) drawn.size();
  }

  /** The other half are the seven sets that are not empty, alike. */
  @Test
  void halfOfTheUpdatesSkipExactlyWhatIsPruned() {
    List<List<Integer>> drawn = drawn(.5);
    assertThat(share(drawn, REMOVED)).isCloseTo(.5 + .5 / 7, within(.04));
    assertThat(share(drawn, List.of(4))).isCloseTo(.5 / 7, within(.03));
    assertThat(share(drawn, CANDIDATES)).isCloseTo(.5 / 7, within(.03));
  }

  @Test
  void noUpdateSkipsNothingOrAnythingElse() {
    assertThat(drawn(0))
        .allSatisfy(skipped -> assertThat(CANDIDATES).containsAll(skipped))
        .doesNotContain(List.of());
  }

  @Test
  void aTrainingHasFewSets() {
    BlockDraw draw = new BlockDraw(REMOVED, List.of(1, 2, 3, 4, 5, 6, 7), .5, .5, 3);
    assertThat(IntStream.range(0, 200).mapToObj(update -> draw.skipped(5, update)).distinct())
        .hasSize(4)
        .contains(REMOVED);
  }

  @Test
  void anUpdateIsTheSameForAll() {
    BlockDraw draw = new BlockDraw(REMOVED, CANDIDATES, .5, .5, 500);
    assertThat(draw.skipped(5, 17)).isEqualTo(draw.skipped(5, 17));
    assertThat(IntStream.range(0, 20).mapToObj(u -> draw.skipped(6, u)).toList())
        .isNotEqualTo(IntStream.range(0, 20).mapToObj(u -> draw.skipped(5, u)).toList());
  }

  @Test
  void withoutCandidatesThereIsNothingToDraw() {
    assertThatThrownBy(() -> new BlockDraw(List.of(), List.of(), .5, .5, 8))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
