package io.accelerant.rl.gvm;

import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Which prompts a step has: passes over all of them, each in a keyed order of its own. Where a pass
 * ends inside a step, a prompt of both passes counts once.
 *
 * @param count prompts there are
 * @param each prompts of a step, at most count
 */
record PromptOrder(int count, int each, long seed) {
  private static final long ORDER = RandomStream.purpose("gvm.prompts");

  /** Numbers of the prompts of a step, rising. */
  int[] of(int step) {
    return of(step, 1);
  }

  /** Of several steps, each prompt once. */
  int[] of(int first, int steps) {
    long from = (long) first * each;
    long to = from + (long) steps * each;
    return LongStream.rangeClosed(from / count, (to - 1) / count)
        .boxed()
        .flatMapToInt(
            pass ->
                part(
                    pass,
                    (int) Math.max(0, from - pass * count),
                    (int) Math.min(count, to - pass * count)))
        .distinct()
        .sorted()
        .toArray();
  }

  private IntStream part(long pass, int from, int to) {
    var order = PermutationKind.AUTO.of(count, RandomStream.mix(seed ^ ORDER), pass);
    return IntStream.range(from, to).map(place -> (int) order.id(place));
  }
}
