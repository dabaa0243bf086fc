package io.accelerant.distill.compare;

import io.accelerant.core.math.PairedDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a run found. The best of a family is the one with the smallest error on the rows of the
 * choice, and is held against the best plain solver on the others, so that families of many members
 * have no advantage.
 *
 * @param cells by number of evaluations
 * @param floors Frechet distances of training images, {@code training.<space>}, and of the fine
 *     trajectory, {@code truth.<space>}
 */
record CompareFindings(
    CompareSettings settings,
    List<String> families,
    Map<Integer, List<Cell>> cells,
    Map<String, Double> floors) {
  /** The control of DualFast: it is DDIM with weight 1/2 on the previous output. */
  static final String AB2 = "ipndm-2";

  Optional<Cell> best(int nfe, String family) {
    return best(cells.get(nfe).stream().filter(cell -> cell.family().equals(family)).toList());
  }

  private Optional<Cell> best(List<Cell> among) {
    return among.stream().min(Comparator.comparingDouble(cell -> cell.chosenBy(settings.choice())));
  }

  /** The best plain solver. */
  Cell uniform(int nfe) {
    return best(nfe, Candidate.UNIFORM).orElseThrow();
  }

  /** AB2 on its best spacing, where it is measured. */
  Optional<Cell> ab2(int nfe) {
    return best(
        cells.get(nfe).stream()
            .filter(cell -> cell.family().equals(Candidate.UNIFORM))
            .filter(cell -> cell.name().startsWith(AB2 + "."))
            .toList());
  }

  /** The best form of DualFast on one solver and spacing. */
  Cell bestDual(int nfe, String solver) {
    return best(cells.get(nfe).stream()
            .filter(cell -> cell.family().equals(Candidate.DUAL_FAST))
            .filter(cell -> cell.name().startsWith(solver + "."))
            .toList())
        .orElseThrow();
  }

  Optional<Cell> find(int nfe, String name) {
    return cells.get(nfe).stream().filter(cell -> cell.name().equals(name)).findFirst();
  }

  double error(Cell cell) {
    return cell.error(settings.choice());
  }

  /** First minus second, paired by held-out row. */
  PairedDifference difference(Cell first, Cell second) {
    double[] a = first.held(settings.choice());
    double[] b = second.held(settings.choice());
    double[] differences = new double[a.length];
    for (int row = 0; row < a.length; row++) {
      differences[row] = a[row] - b[row];
    }
    return PairedDifference.ofPairs(differences);
  }

  /** A verdict: what was compared under a name. */
  record Verdict(int nfe, String name, Cell first, Cell second, PairedDifference difference) {}

  /** Every family against the best plain solver, and DualFast against AB2. */
  List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    for (int nfe : settings.nfes()) {
      for (String family : families) {
        if (!family.equals(Candidate.UNIFORM)) {
          best(nfe, family)
              .ifPresent(cell -> verdicts.add(verdict(nfe, family, cell, uniform(nfe))));
        }
      }
      Optional<Cell> dual = best(nfe, Candidate.DUAL_FAST);
      Optional<Cell> ab2 = ab2(nfe);
      if (dual.isPresent() && ab2.isPresent()) {
        verdicts.add(verdict(nfe, Candidate.DUAL_FAST + "-" + AB2, dual.get(), ab2.get()));
      }
    }
    return verdicts;
  }

  private Verdict verdict(int nfe, String name, Cell first, Cell second) {
    return new Verdict(nfe, name, first, second, difference(first, second));
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    cells.forEach(
        (nfe, all) ->
            all.forEach(
                cell -> {
                  String prefix = "nfe" + nfe + "." + cell.name() + ".";
                  metrics.put(prefix + "mse", error(cell));
                  metrics.put(prefix + "milliseconds", cell.milliseconds());
                  cell.distances()
                      .forEach(
                          (space, distance) ->
                              metrics.put(prefix + PixelDistances.FRECHET + space, distance));
                }));
    for (int nfe : settings.nfes()) {
      for (String family : families) {
        best(nfe, family)
            .ifPresent(cell -> metrics.put("nfe" + nfe + ".best." + family + ".mse", error(cell)));
      }
    }
    for (Verdict verdict : verdicts()) {
      String name = "verdict.nfe" + verdict.nfe() + "." + verdict.name();
      metrics.putAll(verdict.difference().metrics(name));
    }
    floors.forEach((name, value) -> metrics.put(PixelDistances.FRECHET + name, value));
    return metrics;
  }
}
