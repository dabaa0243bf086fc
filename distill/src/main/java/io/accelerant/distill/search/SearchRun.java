package io.accelerant.distill.search;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.StepSchedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The order of the stages: for each number of evaluations the controls, then every search. */
final class SearchRun {
  private final JobContext context;
  private final SearchSettings settings;
  private final Variation variation;
  private final Ranking.Settings ranking;
  private final SearchStages stages;

  SearchRun(
      JobContext context,
      SearchSettings settings,
      Variation variation,
      Ranking.Settings ranking,
      SearchStages stages) {
    this.context = context;
    this.settings = settings;
    this.variation = variation;
    this.ranking = ranking;
    this.stages = stages;
  }

  List<Searched> all() {
    return settings.nfes().stream().map(this::one).toList();
  }

  private Searched one(int nfe) {
    String head = "nfe" + nfe + ".";
    List<Trial.Plain> uniform =
        UniformSolvers.all(settings.solver().schedule(), nfe, stages.hasStatistics());
    context.progress().say("NFE %d: %d plain solvers", nfe, uniform.size());
    double[] uniformErrors =
        stages.fitErrors(head + "uniform", "search-solver: plain solvers, NFE " + nfe, uniform);
    Trial.Plain dc = dcSolver(nfe);
    List<Evolution.Found> found = new ArrayList<>();
    List<String> arms = new ArrayList<>(settings.arms());
    arms.add(Evolution.RANDOM);
    for (String arm : arms) {
      for (long seed : settings.seeds()) {
        found.add(search(nfe, arm, seed));
      }
    }
    Map<String, Trial> measured = new LinkedHashMap<>();
    measured.put(Searched.SEARCH, trial(Searched.published(found)));
    measured.put(Evolution.RANDOM, trial(Searched.best(Searched.of(found, Evolution.RANDOM))));
    measured.put(Searched.UNIFORM, uniform.get(Searched.lowest(uniformErrors)));
    measured.put(Searched.DC_SOLVER, dc);
    bestOfEach(uniform, uniformErrors).forEach(measured::put);
    found.forEach(f -> measured.put(Searched.name(f.arm(), f.seed()), trial(f)));
    double[][] held = stages.heldErrors(head + "held", List.copyOf(measured.values()));
    return new Searched(
        nfe, uniform, uniformErrors, dc, found, List.copyOf(measured.keySet()), held);
  }

  /** The best form and spacing of each plain solver, by its name. */
  private static Map<String, Trial.Plain> bestOfEach(List<Trial.Plain> uniform, double[] errors) {
    Map<String, Trial.Plain> best = new LinkedHashMap<>();
    Map<String, Double> lowest = new LinkedHashMap<>();
    for (int i = 0; i < errors.length; i++) {
      String name = uniform.get(i).solver().name();
      if (errors[i] < lowest.getOrDefault(name, Double.POSITIVE_INFINITY)) {
        lowest.put(name, errors[i]);
        best.put(name, uniform.get(i));
      }
    }
    return best;
  }

  /** With ratios or, where they do not help on the fit noise, without. */
  private Trial.Plain dcSolver(int nfe) {
    List<DcControl> controls = DcControl.all(nfe);
    double[][] ratios = stages.ratios("nfe" + nfe + ".ratios", controls);
    List<Trial.Plain> trials = new ArrayList<>();
    for (int i = 0; i < ratios.length; i++) {
      Trial.Plain plain = controls.get(i).plain();
      trials.add(new Trial.Plain(plain.solver(), plain.spacing(), ratios[i]));
      trials.add(plain);
    }
    double[] errors =
        stages.fitErrors("nfe" + nfe + ".dcSolver", "search-solver: DC-Solver", trials);
    return trials.get(Searched.lowest(errors));
  }

  private Evolution.Found search(int nfe, String arm, long seed) {
    context.progress().say("NFE %d: search %s, seed %d", nfe, arm, seed);
    Evolution evolution =
        new Evolution(settings.space(nfe, variation), settings, variation, ranking, arm, seed);
    // The first generation is the same for every arm of a seed, and measured once.
    return evolution.run(
        (generation, candidates) ->
            stages.fitErrors(
                Text.of(
                    "nfe%d.%s.seed%d.g%d", nfe, generation == 0 ? "first" : arm, seed, generation),
                Text.of(
                    "search-solver: NFE %d, %s, seed %d, generation %d",
                    nfe, arm, seed, generation),
                candidates.stream().map(this::trial).toList()));
  }

  private Trial.Steps trial(Genome genome) {
    return new Trial.Steps(schedule(genome));
  }

  private Trial.Steps trial(Evolution.Found found) {
    return trial(found.best().genome());
  }

  StepSchedule schedule(Genome genome) {
    return genome.schedule(settings.solver().schedule(), settings.solver().tEnd());
  }
}
