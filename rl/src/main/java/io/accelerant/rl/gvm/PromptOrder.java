package io.accelerant.rl.gvm;

import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.random.RandomStream;
import java.util.stream.IntStream;

/**
 * Which prompts a step has: passes over all of them, each in a keyed order of its own; what is left
 * of a pass after its last whole iteration is left out, so that an iteration has no prompt twice.
 *
 * @param count prompts there are
 * @param each prompts of a step
 * @param steps of an iteration; {@code steps * each} is at most count
 */
record PromptOrder(int count, int each, int steps, long seed) {
  private static final long ORDER = RandomStream.purpose("gvm.prompts");

  /** Numbers of the prompts of an iteration, rising. */
  int[] ofIteration(int iteration) {
    return of(iteration, 0, steps);
  }

  /** Numbers of the prompts of a step, rising. */
  int[] ofStep(int step) {
    return of(step / steps, step % steps, 1);
  }

  private int[] of(int iteration, int first, int some) {
    int iterations = count / (steps * each); // of a pass
    Permutation order =
        PermutationKind.AUTO.of(count, RandomStream.mix(seed ^ ORDER), iteration / iterations);
    int from = (iteration % iterations * steps + first) * each;
    return IntStream.range(from, from + some * each)
        .map(place -> (int) order.id(place))
        .sorted()
        .toArray();
  }
}
