package io.accelerant.distill.dcsolver;

import io.accelerant.distill.model.Pixels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What compensation looks like where x is an image: for each guidance, at the fewest steps, the
 * same noise solved finely, by the plain solver and with the fitted ratios, one row each.
 */
final class DcPictures {
  static final String CAPTION =
      "The same noise at NFE %d, guidance %s. First row: the truth; second: the plain solver; third: with the fitted ratios.";
  private static final int COLUMNS = 10;

  private DcPictures() {}

  /** PNG files by guidance. */
  static Map<Double, byte[]> of(
      Pixels pixels, DcSettings settings, DcStages stages, DcFindings findings) {
    Map<Double, byte[]> pictures = new LinkedHashMap<>();
    for (double guidance : settings.guidances()) {
      Setting fewest = fewest(findings, guidance);
      double[] truth = findings.truths().get(guidance).ends();
      double[] plain = new double[fewest.nfe()];
      Arrays.fill(plain, 1);
      int size = pixels.size();
      int most = pixels.isVideo() ? 1 : COLUMNS; // a video is a row of its own
      int rows = Math.min(most, truth.length / size);
      List<double[]> all = new ArrayList<>(rows(truth, rows, size));
      stages
          .ends(guidance, rows, List.of(plain, fewest.published().ratios()))
          .forEach(ends -> all.addAll(rows(ends, rows, size)));
      pictures.put(guidance, pixels.png(all, rows));
    }
    return pictures;
  }

  static Setting fewest(DcFindings findings, double guidance) {
    return findings.of(guidance).stream()
        .min((a, b) -> Integer.compare(a.nfe(), b.nfe()))
        .orElseThrow();
  }

  private static List<double[]> rows(double[] x, int rows, int size) {
    List<double[]> cut = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      cut.add(Arrays.copyOfRange(x, row * size, (row + 1) * size));
    }
    return cut;
  }
}
