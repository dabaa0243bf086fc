package io.accelerant.rl.offline;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.text.Text;
import io.accelerant.rl.policy.Algorithm;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The cells of a run, grouped by the collection they learn from, and which one is published. */
record CellPlan(List<Cell> cells, Cell published) {

  static CellPlan of(JobConfig config, Collection<String> there) {
    List<String> datasets =
        config
            .find(OfflineRlKeys.DATASETS)
            .orElseGet(() -> there.stream().map(CellPlan::group).distinct().toList());
    List<Weighting> weightings =
        config.get(OfflineRlKeys.WEIGHTINGS).stream().map(Weighting::ofLabel).distinct().toList();
    List<Algorithm> algorithms =
        config.get(OfflineRlKeys.ALGORITHMS).stream().map(Algorithm::ofLabel).distinct().toList();
    List<Long> seeds = config.get(OfflineRlKeys.SEEDS).stream().distinct().toList();
    if (datasets.isEmpty() || weightings.isEmpty() || algorithms.isEmpty() || seeds.isEmpty()) {
      throw config.invalid(
          OfflineRlKeys.DATASETS, "and weightings, algorithms, seeds must not be empty.");
    }
    List<Cell> cells = new ArrayList<>();
    for (String dataset : datasets) {
      for (long seed : seeds) {
        String source = source(dataset, seed, there);
        for (Algorithm algorithm : algorithms) {
          for (Weighting weighting : weightings) {
            cells.add(new Cell(dataset, source, weighting, algorithm, seed));
          }
        }
      }
    }
    return new CellPlan(List.copyOf(cells), published(config, cells, weightings));
  }

  /** {@code sigma-5} of {@code sigma-5.s1}. */
  private static String group(String name) {
    return name.replaceFirst("\\.s-?\\d+$", "");
  }

  private static String source(String dataset, long seed, Collection<String> there) {
    String own = dataset + ".s" + seed;
    if (there.contains(own)) {
      return own;
    }
    if (there.contains(dataset)) {
      return dataset;
    }
    return there.stream()
        .filter(name -> group(name).equals(dataset))
        .sorted()
        .findFirst()
        .orElseThrow(() -> OfflineRlJob.noDataSet(dataset, there));
  }

  private static Cell published(JobConfig config, List<Cell> cells, List<Weighting> weightings) {
    Weighting preferred = OfflineRlJob.preferred(weightings);
    return config
        .find(OfflineRlKeys.PUBLISH)
        .map(
            label ->
                cells.stream()
                    .filter(cell -> cell.label().equals(label))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            config.invalid(
                                OfflineRlKeys.PUBLISH,
                                Text.of(
                                    "names no policy; the first is \"%s\".",
                                    cells.get(0).label()))))
        .orElseGet(
            () ->
                cells.stream()
                    .filter(cell -> cell.weighting() == preferred)
                    .findFirst()
                    .orElseThrow());
  }

  /** Collections in order. */
  List<String> sources() {
    return cells.stream().map(Cell::source).distinct().toList();
  }

  List<Cell> of(String source) {
    return cells.stream().filter(cell -> cell.source().equals(source)).collect(Collectors.toList());
  }
}
