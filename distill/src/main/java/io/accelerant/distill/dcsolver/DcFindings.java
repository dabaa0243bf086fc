package io.accelerant.distill.dcsolver;

import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.Solver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a run found.
 *
 * @param settings by guidance, then NFE, in the order of the configuration
 * @param truths by guidance
 */
record DcFindings(
    List<Setting> settings, RatioPrediction prediction, Map<Double, DcStages.Truth> truths) {
  /** Metric of the polynomial fitted to all settings. */
  static final String CPR = "cpr";

  /** Metric of the polynomial fitted without the setting's guidance. */
  static final String CPR_HELD_OUT = "cprHeldOut";

  /** Metric of the polynomial that the user gave. */
  static final String IMPORTED = "cprImported";

  /**
   * @param imported a polynomial that the user gave
   * @param statistics of the model, for DPM-Solver-v3
   */
  static DcFindings of(
      DcSettings settings,
      DcStages stages,
      Optional<CascadePolynomial> imported,
      Optional<ModelStatistics> statistics) {
    List<Setting> fitted = new ArrayList<>();
    Map<Double, DcStages.Truth> truths = new LinkedHashMap<>();
    for (double guidance : settings.guidances()) {
      DcStages.Truth truth = stages.truth(guidance);
      truths.put(guidance, truth);
      stages
          .fits(guidance, truth)
          .forEach(
              (nfe, fits) ->
                  fitted.add(new Setting(nfe, guidance, fits, settings.guard(), Map.of())));
    }
    RatioPrediction prediction = RatioPrediction.of(fitted);
    List<Setting> measured = new ArrayList<>();
    for (double guidance : settings.guidances()) {
      measured.addAll(
          predicted(
              fitted, guidance, prediction, imported, statistics, stages, truths.get(guidance)));
    }
    return new DcFindings(measured, prediction, truths);
  }

  /** The settings of a guidance with the errors of every polynomial and of DPM-Solver-v3. */
  private static List<Setting> predicted(
      List<Setting> all,
      double guidance,
      RatioPrediction prediction,
      Optional<CascadePolynomial> imported,
      Optional<ModelStatistics> statistics,
      DcStages stages,
      DcStages.Truth truth) {
    List<Setting> own = all.stream().filter(s -> s.guidance() == guidance).toList();
    Map<String, double[]> ratios = new LinkedHashMap<>();
    for (Setting s : own) {
      String prefix = s.nfe() + ".";
      prediction
          .fit()
          .ifPresent(f -> ratios.put(prefix + CPR, f.polynomial().ratios(s.nfe(), guidance)));
      Optional.ofNullable(prediction.leftOut().get(guidance))
          .ifPresent(p -> ratios.put(prefix + CPR_HELD_OUT, p.ratios(s.nfe(), guidance)));
      imported.ifPresent(p -> ratios.put(prefix + IMPORTED, p.ratios(s.nfe(), guidance)));
    }
    Map<String, double[]> errors =
        stages.errors(
            "DC-Solver: predicted ratios at guidance " + Text.plain(guidance),
            guidance,
            truth,
            ratios);
    statistics
        .filter(found -> found.subject().guidance() == guidance)
        .ifPresent(found -> errors.putAll(stages.v3Errors(guidance, truth, found)));
    List<Setting> measured = new ArrayList<>();
    for (Setting s : own) {
      Map<String, double[]> extra = new LinkedHashMap<>();
      for (String name : List.of(CPR, CPR_HELD_OUT, IMPORTED, Solver.DPM_V3)) {
        Optional.ofNullable(errors.get(s.nfe() + "." + name))
            .ifPresent(found -> extra.put(name, found));
      }
      measured.add(new Setting(s.nfe(), guidance, s.fits(), s.guarded(), extra));
    }
    return measured;
  }

  /** What is published, by setting. */
  Map<String, double[]> ratios() {
    Map<String, double[]> ratios = new LinkedHashMap<>();
    settings.forEach(s -> ratios.put(s.key(), s.ratios()));
    return ratios;
  }

  List<Setting> of(double guidance) {
    return settings.stream().filter(s -> s.guidance() == guidance).toList();
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    settings.forEach(s -> metrics.putAll(s.metrics()));
    metrics.putAll(prediction.metrics());
    return metrics;
  }
}
