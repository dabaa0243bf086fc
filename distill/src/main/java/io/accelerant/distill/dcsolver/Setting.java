package io.accelerant.distill.dcsolver;

import io.accelerant.core.report.Table;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came out for one (NFE, guidance).
 *
 * @param fits one for each noise set; the first is the one that may be published
 * @param guarded whether ratios that do not improve their own rows are dropped
 * @param extra further held-out errors [rows] by metric name, such as those of the polynomial
 */
record Setting(
    int nfe,
    double guidance,
    List<UnitFit.Result> fits,
    boolean guarded,
    Map<String, double[]> extra) {

  String key() {
    return DcSampler.key(nfe, guidance);
  }

  UnitFit.Result published() {
    return fits.get(0);
  }

  /** Whether the fitted ratios are published, not 1. */
  boolean kept() {
    return kept(published());
  }

  private boolean kept(UnitFit.Result fit) {
    return !guarded || fit.improves();
  }

  /** What {@code sampler.json} gets. */
  double[] ratios() {
    return kept() ? published().ratios() : Arm.constant(nfe, 1);
  }

  /** Held-out errors [rows] of an arm of the first fit. */
  double[] errors(String arm) {
    int index = Arm.OF_A_FIT.indexOf(arm);
    if (index < 0) {
      index = Arm.OF_A_FIT.size() + Arm.BASELINES.indexOf(arm);
    }
    return published().errors()[index];
  }

  /** The other solvers that were measured. */
  List<String> baselines() {
    return Arm.BASELINES.subList(0, published().errors().length - Arm.OF_A_FIT.size());
  }

  double mse(String arm) {
    return mean(extra.containsKey(arm) ? extra.get(arm) : errors(arm));
  }

  double mseAfter() {
    return mse(kept() ? Arm.FITTED : Arm.BEFORE);
  }

  /** The error of what each set would have published. */
  Table.Spread overSets() {
    return Table.Spread.of(
        fits.stream()
            .mapToDouble(
                fit ->
                    mean(fit.errors()[Arm.OF_A_FIT.indexOf(kept(fit) ? Arm.FITTED : Arm.BEFORE)]))
            .toArray());
  }

  /** After minus before with its 95% interval, paired by held-out row: [mean, low, high]. */
  double[] difference() {
    double[] before = errors(Arm.BEFORE);
    double[] after = errors(kept() ? Arm.FITTED : Arm.BEFORE);
    double[] differences = new double[before.length];
    for (int row = 0; row < before.length; row++) {
      differences[row] = after[row] - before[row];
    }
    Table.Spread spread = Table.Spread.of(differences);
    double half = 1.96 * spread.sd() / Math.sqrt(differences.length);
    return new double[] {spread.mean(), spread.mean() - half, spread.mean() + half};
  }

  /** The median row's error after over the median row's error of the last ratio alone. */
  double medianToOnlyLast() {
    return median(errors(kept() ? Arm.FITTED : Arm.BEFORE)) / median(errors(Arm.ONLY_LAST));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    UnitFit.Result fit = published();
    put(metrics, "mseBefore", mse(Arm.BEFORE));
    put(metrics, "mseAfter", mseAfter());
    put(metrics, "ratio", mseAfter() / mse(Arm.BEFORE));
    put(metrics, "mseFitBefore", fit.fitBefore());
    put(metrics, "mseFitAfter", kept() ? fit.fitAfter() : fit.fitBefore());
    put(metrics, "mseFitUnguarded", fit.fitAfter());
    put(metrics, "kept", kept() ? 1 : 0);
    for (String arm : Arm.OF_A_FIT) {
      put(metrics, arm, mse(arm));
    }
    for (String arm : baselines()) {
      put(metrics, arm, mse(arm));
    }
    extra.forEach((name, errors) -> put(metrics, name, mean(errors)));
    if (fits.size() > 1) {
      put(metrics, "sets.mseAfter", overSets().mean());
      put(metrics, "sets.mseAfter.sd", overSets().sd());
    }
    double[] difference = difference();
    put(metrics, "difference", difference[0]);
    put(metrics, "difference.low", difference[1]);
    put(metrics, "difference.high", difference[2]);
    put(metrics, "toOnlyLast", mseAfter() / mse(Arm.ONLY_LAST));
    put(metrics, "toOnlyLast.median", medianToOnlyLast());
    put(metrics, "fitModelCalls", fit.modelCalls());
    return metrics;
  }

  private void put(Map<String, Number> metrics, String name, Number value) {
    metrics.put(key() + "." + name, value);
  }

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }
}
