package io.accelerant.rl.gvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.train.Draw;
import io.accelerant.core.train.Shards;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is drawn, in which pieces, and which part of it an update has. */
class PiecesTest {
  @Property(tries = 200)
  void everySampleIsInOnePieceAndPiecesAreAlike(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(max = 40) Integer> counts,
      @ForAll @IntRange(min = 1, max = 16) int rows) {
    int m = counts.size();
    int[] n = counts.stream().mapToInt(i -> i).toArray();
    double[] tokens = IntStream.range(0, m).mapToDouble(i -> 1 + i % 5).toArray();
    int[] first = IntStream.range(0, m).map(i -> 100 * i).toArray();
    int[] prompts = IntStream.range(0, m).toArray();
    List<List<Drawing.Part>> pieces = Pieces.of(prompts, first, n, tokens, rows);
    double all = IntStream.range(0, m).mapToDouble(i -> n[i] * tokens[i]).sum();
    double limit = rows * all / Math.max(1, Arrays.stream(n).sum());
    List<List<Integer>> seen = new ArrayList<>();
    IntStream.range(0, m).forEach(i -> seen.add(new ArrayList<>()));
    for (List<Drawing.Part> piece : pieces) {
      int held = piece.stream().mapToInt(Drawing.Part::count).sum();
      double cost = piece.stream().mapToDouble(p -> p.count() * tokens[p.prompt()]).sum();
      assertThat(held).isBetween(1, rows);
      assertThat(cost <= limit * (1 + 1e-6) || held == 1).isTrue();
      piece.forEach(
          part ->
              IntStream.range(part.first(), part.first() + part.count())
                  .forEach(seen.get(part.prompt())::add));
    }
    for (int i = 0; i < m; i++) {
      assertThat(seen.get(i))
          .isEqualTo(IntStream.range(first[i], first[i] + n[i]).boxed().toList());
    }
  }

  /** 10 prompts, 2 steps of 2: two iterations a pass, two prompts left out of each. */
  @Test
  void anIterationHasNoPromptTwiceAndItsStepsShareIt() {
    PromptOrder order = new PromptOrder(10, 2, 2, 5);
    for (int iteration = 0; iteration < 6; iteration++) {
      int[] all = order.ofIteration(iteration);
      assertThat(all).hasSize(4).doesNotHaveDuplicates().isSorted();
      int[] steps =
          IntStream.concat(
                  Arrays.stream(order.ofStep(2 * iteration)),
                  Arrays.stream(order.ofStep(2 * iteration + 1)))
              .sorted()
              .toArray();
      assertThat(steps).isEqualTo(all);
    }
    assertThat(
            IntStream.concat(
                    Arrays.stream(order.ofIteration(2)), Arrays.stream(order.ofIteration(3)))
                .toArray())
        .doesNotHaveDuplicates();
    assertThat(order.ofIteration(0)).isNotEqualTo(order.ofIteration(2));
  }

  /** Whatever the workers, the parts of a step are disjoint and are all of it. */
  @Test
  void theUpdatesOfAStepShareItsRecords() {
    for (List<Long> counts : List.of(List.of(7L), List.of(3L, 2L, 2L))) {
      Shards shards = new Fixed(counts);
      List<String> seen = new ArrayList<>();
      for (int update = 0; update < 3; update++) {
        List<Long> numbers = new ArrayList<>();
        long union = 0;
        for (int worker = 0; worker < counts.size(); worker++) {
          Draw.Share share = new MiniBatches(3).share(shards, worker, 6 + update);
          int w = worker;
          Arrays.stream(share.places()).forEach(place -> seen.add(w + "." + place));
          Arrays.stream(share.numbers()).forEach(numbers::add);
          union = share.union();
        }
        assertThat(numbers).isEqualTo(LongStream.range(0, union).boxed().toList());
      }
      assertThat(seen).hasSize(7).doesNotHaveDuplicates();
    }
  }

  private record Fixed(List<Long> counts) implements Shards {
    @Override
    public long seed() {
      return 1;
    }
  }
}
