package io.accelerant.distill.dcsolver;

import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The polynomial of a run: fitted to every set's ratios, and to all but those of one guidance, to
 * see how well it predicts a guidance that it has not seen.
 *
 * @param fit of all; empty where the settings cannot determine one
 * @param why it is empty
 * @param leftOut by guidance, the fit without it; empty with fewer than four guidances
 * @param outOfSample by guidance, the root mean squared error of that fit on it
 */
record RatioPrediction(
    Optional<CascadePolynomial.Fit> fit,
    String why,
    Map<Double, CascadePolynomial> leftOut,
    Map<Double, Double> outOfSample) {

  static RatioPrediction of(List<Setting> settings) {
    List<CascadePolynomial.Observation> seen = observations(settings);
    String why = CascadePolynomial.insufficient(seen);
    if (!why.isEmpty()) {
      return new RatioPrediction(Optional.empty(), why, Map.of(), Map.of());
    }
    Map<Double, CascadePolynomial> leftOut = new LinkedHashMap<>();
    Map<Double, Double> outOfSample = new LinkedHashMap<>();
    for (double guidance : seen.stream().map(o -> o.guidance()).distinct().toList()) {
      List<CascadePolynomial.Observation> rest =
          seen.stream().filter(o -> o.guidance() != guidance).toList();
      if (CascadePolynomial.insufficient(rest).isEmpty()) {
        CascadePolynomial polynomial = CascadePolynomial.fit(rest).polynomial();
        leftOut.put(guidance, polynomial);
        outOfSample.put(
            guidance,
            polynomial.rmse(seen.stream().filter(o -> o.guidance() == guidance).toList()));
      }
    }
    return new RatioPrediction(Optional.of(CascadePolynomial.fit(seen)), "", leftOut, outOfSample);
  }

  /** The fitted ratios of all sets, of settings whose ratios the guard keeps. */
  private static List<CascadePolynomial.Observation> observations(List<Setting> settings) {
    List<CascadePolynomial.Observation> seen = new ArrayList<>();
    for (Setting setting : settings) {
      for (UnitFit.Result fit : setting.fits()) {
        for (int step = 3; step <= setting.nfe(); step++) {
          if (!setting.guarded() || fit.improves()) {
            seen.add(
                new CascadePolynomial.Observation(
                    setting.nfe(), setting.guidance(), step, fit.ratios()[step - 1]));
          }
        }
      }
    }
    return seen;
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    fit.ifPresent(
        f -> {
          metrics.put("cpr.rmse", f.rmse());
          metrics.put("cpr.rank", f.rank());
          metrics.put("cpr.condition", f.condition());
        });
    outOfSample.forEach((g, rmse) -> metrics.put("cpr.leaveOneOut.cfg" + Text.plain(g), rmse));
    return metrics;
  }
}
