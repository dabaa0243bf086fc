package io.accelerant.distill.fastlightgen;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import java.util.List;

/** The keys of the {@code fastlightgen} job. */
final class FastLightGenKeys {
  static final Key<String> OF =
      Key.string(
          "fastlightgen.of",
          "Compute given numbers: a file with \"delta\" and \"size\" of each block, optional"
              + " \"fraction\", \"guard\", which give the plan; with \"whole\", \"pruned\","
              + " \"none\" (velocities, [..] or [[..], ..]), \"guidance\", \"contrast\" (numbers,"
              + " or one a row), optional \"mode\", which give the guided velocity; with \"x\","
              + " \"xR\", \"xF\", optional \"floor\", which give the gradient and its divisors."
              + " JSON, or JSON lines with a block or a sample each");
  static final Key<Double> PRUNE =
      Key.number("fastlightgen.prune", "Fraction of the blocks' parameters that is to go")
          .between(0.001, 0.999)
          .withDefault(0.3);
  static final Key<Boolean> GUARD =
      Key.bool(
              "fastlightgen.guard",
              "The first and the last block stay whatever their importance: held-out loss does not"
                  + " see what the last block does to samples")
          .withDefault(true);
  static final Key<String> MODE =
      Key.string(
              "fastlightgen.mode",
              "What contrast means: extrapolate, away from the pruned network, 0 is none;"
                  + " interpolate, from the pruned network (0) to the whole one (1), before"
                  + " guidance")
          .oneOf(GuidedVelocity.Mode.class)
          .withDefault(GuidedVelocity.Mode.EXTRAPOLATE.label());

  static final List<Key<?>> ALL = RunKeys.and(List.of(OF, PRUNE, GUARD, MODE));

  private FastLightGenKeys() {}
}
