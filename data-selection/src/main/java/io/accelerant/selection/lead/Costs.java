package io.accelerant.selection.lead;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What selection costs: seconds as they were measured, beside forward passes over the pool as they
 * are counted, an update of a row being worth three of a forward pass.
 */
record Costs(LeadFindings findings) {
  private static final double UPDATE = 3;
  private static final Set<String> INITIAL = Set.of("iu0", "tasks");
  private static final Set<String> WARM = Set.of(Trainings.WARM_UP, "warmLoss");
  private static final Set<String> ALONE = Set.of("aloneLoss");
  private static final Set<String> COPIES = Set.of("copies");

  private double rows() {
    return findings.truth().rows();
  }

  /** Updates of an arm, in forward passes over the pool. */
  double training(Arm arm) {
    return UPDATE * findings.line(arm).spread(Trace::uses).mean() / rows();
  }

  /**
   * What is before LEAD: a pass by the untouched model and, where IFD cuts clusters, two by the
   * warm-up model and its training.
   */
  double offline() {
    if (effort().cutByLoss()) {
      return 1;
    }
    return 3 + UPDATE * findings.settings().warmUp().rows() / rows();
  }

  /**
   * What a method costs beside its updates that scores the pool before every round and once more.
   */
  double rescoring() {
    return findings.settings().rule().rounds() + 1;
  }

  /** Seconds of a training, without what it needs before. */
  double seconds(Arm arm) {
    return findings.line(arm).spread(Trace::seconds).mean();
  }

  /**
   * Seconds of a training with those parts of the offline stage that its choice reads. A pass has
   * all task slots where a training has one: its seconds count once for each. Where trainings are
   * spread they have all slots too.
   */
  double endToEnd(Arm arm) {
    Set<String> needed = needed(arm);
    return seconds(arm)
        + effort().seconds().entrySet().stream()
            .filter(part -> needed.contains(part.getKey()))
            .mapToDouble(part -> part.getValue() * slots(part.getKey()))
            .sum();
  }

  private Pool.Effort effort() {
    return findings.pool().effort();
  }

  private int slots(String part) {
    return findings.settings().spread() || part.equals(Trainings.WARM_UP) ? 1 : effort().slots();
  }

  /** Parts of the offline stage, as {@link Pool.Effort#seconds} has them. */
  private Set<String> needed(Arm arm) {
    Set<String> needed = new TreeSet<>();
    switch (arm.eligible()) {
      case QUANTILE -> needed.addAll(INITIAL);
      case GUARD -> {
        needed.addAll(INITIAL);
        needed.addAll(COPIES);
      }
      default -> {}
    }
    switch (arm.utility()) {
      case INITIAL_LOSS, SOFT_LOSS, IDU -> needed.addAll(INITIAL);
      case DIFFICULTY -> {
        needed.addAll(WARM);
        needed.addAll(ALONE);
      }
      case LEARNABLE -> {
        needed.addAll(INITIAL);
        needed.addAll(WARM);
      }
      default -> {}
    }
    if (arm.draw() != Arm.Draw.NONE) {
      needed.addAll(INITIAL);
      if (!effort().cutByLoss()) {
        needed.addAll(WARM);
        needed.addAll(ALONE);
      }
    }
    return needed;
  }

  Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    effort()
        .seconds()
        .forEach((part, seconds) -> metrics.put("offline." + part + ".seconds", seconds));
    metrics.put("passes.offline", offline());
    metrics.put("passes.rescoring", rescoring());
    for (Line line : findings.lines()) {
      metrics.put("passes." + line.arm().label(), training(line.arm()));
      metrics.put(line.arm().label() + ".endToEndSeconds", endToEnd(line.arm()));
    }
    return metrics;
  }
}
