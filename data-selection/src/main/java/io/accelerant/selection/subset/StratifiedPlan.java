package io.accelerant.selection.subset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Subsets that take the same ratio of every class: {@code k_c = round(r N_c)} records of class c. A
 * pass has as many rounds as the class with the fewest allows, so that all classes change their
 * permutation together.
 *
 * @param strata in order of their labels
 */
public record StratifiedPlan(List<Stratum> strata) implements Serializable {
  public StratifiedPlan {
    strata = List.copyOf(strata);
    if (strata.isEmpty()) {
      throw new IllegalArgumentException("no class");
    }
  }

  /**
   * @param classes number of records of each class
   */
  public static StratifiedPlan of(
      SubsetMode mode, SortedMap<String, Long> classes, double ratio, boolean balanced, long seed) {
    List<Stratum> strata = new ArrayList<>();
    for (Map.Entry<String, Long> c : classes.entrySet()) {
      SubsetPlan plan = SubsetPlan.of(mode, c.getValue(), ratio, balanced);
      strata.add(Stratum.of(c.getKey(), seed, plan));
    }
    int slots =
        strata.stream()
            .map(Stratum::plan)
            .filter(plan -> plan.size() > 0)
            .mapToInt(SubsetPlan::slots)
            .min()
            .orElse(1);
    return new StratifiedPlan(
        strata.stream()
            .map(s -> new Stratum(s.label(), s.seed(), s.plan().withSlots(slots)))
            .toList());
  }

  /** Rounds that one permutation serves. */
  public int slots() {
    return strata.get(0).plan().slots();
  }

  /** N, over all classes. */
  public long rows() {
    return strata.stream().mapToLong(s -> s.plan().rows()).sum();
  }

  /** Records of round e, over all classes. */
  public long size(long e) {
    return strata.stream().mapToLong(s -> s.plan().round(e).size()).sum();
  }
}
