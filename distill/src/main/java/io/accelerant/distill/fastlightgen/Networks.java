package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.distill.fastlightgen.SkippingUnit.Size;
import io.accelerant.distill.fastlightgen.StageTwoSettings.Lesson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The networks that a run has before stage III, all without the blocks that they lack. */
final class Networks {
  private static final String BLOCK = "blocks.";

  private final PatchTransformer whole;
  private final float[] teacher;
  private final MatchingTraining.Start model;
  private final PrunePlan plan;
  private final FastLightGenSettings settings;
  private final Map<SkippingUnit, Trained> skipping;
  private final Map<SkippingUnit, MatchingTraining.Start> made = new HashMap<>();

  Networks(
      PatchTransformer whole,
      float[] teacher,
      PrunePlan plan,
      FastLightGenSettings settings,
      Map<SkippingUnit, Trained> skipping) {
    this.whole = whole;
    this.teacher = teacher;
    this.model = new MatchingTraining.Start(whole, teacher);
    this.plan = plan;
    this.settings = settings;
    this.skipping = skipping;
  }

  /** Parameters of each block, its modulations with them. */
  static long[] sizes(PatchTransformer network) {
    long[] sizes = new long[network.layers()];
    network
        .layout()
        .tensors()
        .forEach(
            t -> {
              if (t.name().startsWith(BLOCK)) {
                String number = t.name().substring(BLOCK.length());
                sizes[Integer.parseInt(number.substring(0, number.indexOf('.')))] += t.size();
              }
            });
    return sizes;
  }

  PrunePlan plan() {
    return plan;
  }

  MatchingTraining.Start teacher() {
    return model;
  }

  /** The model without some blocks, as it is. */
  MatchingTraining.Start raw(List<Integer> removed) {
    return without(removed, teacher);
  }

  /** What a lesson of stage II made, without what is pruned. */
  MatchingTraining.Start skipped(Lesson lesson, Size size, long seed) {
    return made.computeIfAbsent(
        new SkippingUnit(lesson, size, seed),
        unit ->
            without(
                size == Size.HALF ? plan.skippable() : plan.removed(),
                skipping.get(unit).average()));
  }

  private MatchingTraining.Start without(List<Integer> removed, float[] parameters) {
    PatchTransformer lacking = whole.withKept(plan.without(removed));
    return new MatchingTraining.Start(lacking, whole.pruned(parameters, lacking));
  }

  /**
   * Where the generator of an arm begins: the first lesson, or the model itself; the same object
   * for the same network.
   */
  MatchingTraining.Start start(Arm arm, long seed) {
    Lesson first = settings.two().lessons().get(0);
    return switch (arm) {
      case UNPRUNED -> teacher();
      case HALF -> skipped(first, Size.HALF, seed);
      case FLG, NAIVE, STRONG -> skipped(first, Size.PRUNED, seed);
    };
  }

  /** What stage III made, and how it is sampled. */
  Subject student(MatchingUnit unit, Trained trained) {
    PatchTransformer network = start(unit.arm(), unit.seed()).network();
    return new Subject(
        unit.label(),
        network,
        trained.average(),
        Sampling.fewSteps(settings.three().levels(unit.steps()), network.classes()));
  }
}
