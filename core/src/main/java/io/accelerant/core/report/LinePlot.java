package io.accelerant.core.report;

import io.accelerant.core.text.Text;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines with markers and error bars in one PNG of 1100 x 700 pixels. Colours are those of Okabe and
 * Ito, which people with any common colour blindness tell apart; markers differ as well.
 */
public final class LinePlot {
  static final int WIDTH = 1100;
  static final int HEIGHT = 700;
  private static final int PLOT_WIDTH = 850;

  /** Okabe and Ito without their yellow, which is too faint on white. */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0x000000),
          new Color(0xE69F00),
          new Color(0x56B4E9));

  private static final BasicStroke SOLID = new BasicStroke(2.2f);
  private static final BasicStroke DASHED =
      new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {8, 5}, 0);

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.TRIANGLE_DOWN,
          SeriesMarkers.CROSS);

  private record Series(String name, double[] x, double[] y, double[] error) {}

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<Series> series = new ArrayList<>();
  private boolean logX;

  private LinePlot(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  public static LinePlot of(String title, String xLabel, String yLabel) {
    return new LinePlot(title, xLabel, yLabel);
  }

  /**
   * Spaces x by its logarithm, with ticks at powers of two: the axis for numbers of steps. An axis
   * of less than two octaves stays linear, since it would have too few ticks.
   */
  public LinePlot logX() {
    logX = true;
    return this;
  }

  /** Adds a line through (x[i], y[i]); a y that is not finite leaves a gap. */
  public LinePlot series(String name, double[] x, double[] y) {
    return series(name, x, y, new double[y.length]);
  }

  /**
   * Adds a number for each of updates 1, 2, .., neighbours averaged.
   *
   * @param points about as many are left
   */
  public LinePlot averaged(String name, double[] updates, int points) {
    int step = Math.max(1, updates.length / points);
    double[] x = new double[(updates.length + step - 1) / step];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int to = Math.min(updates.length, (i + 1) * step);
      for (int k = i * step; k < to; k++) {
        y[i] += updates[k] / (to - i * step);
      }
      x[i] = to;
    }
    return series(name, x, y);
  }

  /**
   * Adds a line with a bar of +- error[i] at each point.
   *
   * @throws IllegalArgumentException if the lengths differ, there is no point, or the name is taken
   */
  public LinePlot series(String name, double[] x, double[] y, double[] error) {
    if (x.length == 0 || x.length != y.length || x.length != error.length) {
      throw new IllegalArgumentException(
          Text.of(
              "series %s: x, y and error must have one equal length, have %d, %d, %d",
              name, x.length, y.length, error.length));
    }
    if (series.stream().anyMatch(s -> s.name.equals(name))) {
      throw new IllegalArgumentException("two series are called " + name);
    }
    series.add(new Series(name, x.clone(), y.clone(), error.clone()));
    return this;
  }

  /**
   * Draws the plot.
   *
   * @param warn told why there is no picture
   * @return the bytes of a PNG, or empty where this machine cannot draw text (no fonts, no AWT)
   * @throws IllegalStateException if there is no series, or an x at or below 0 on a logarithmic
   *     axis
   */
  public Optional<byte[]> png(Consumer<String> warn) {
    check();
    try {
      return Optional.of(BitmapEncoder.getBitmapBytes(chart(), BitmapEncoder.BitmapFormat.PNG));
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      // A JRE without fonts or native libraries answers with Error, InternalError, LinkageError or
      // NullPointerException, depending on its build. A report without a picture beats no report.
      warn.accept(
          Text.of(
              "The plot \"%s\" is left out: Java cannot draw text here (%s). Install a font and"
                  + " fontconfig (Debian: fonts-dejavu-core, fontconfig) to get pictures.",
              title, e));
      return Optional.empty();
    }
  }

  private void check() {
    if (series.isEmpty()) {
      throw new IllegalStateException("the plot " + title + " has no series");
    }
    if (logX && series.stream().flatMapToDouble(s -> Arrays.stream(s.x)).anyMatch(x -> !(x > 0))) {
      throw new IllegalStateException("the plot " + title + " has an x that is not positive");
    }
  }

  private XYChart chart() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xLabel)
            .yAxisTitle(yLabel)
            .build();
    style(chart.getStyler());
    boolean octaves = logX && octaves() >= 2;
    if (octaves) {
      octaveTicks(chart, octaves());
    }
    for (int i = 0; i < series.size(); i++) {
      Series s = series.get(i);
      double[] x = octaves ? Arrays.stream(s.x).map(LinePlot::log2).toArray() : s.x;
      double[] y = Arrays.stream(s.y).map(v -> Double.isFinite(v) ? v : Double.NaN).toArray();
      boolean bars = Arrays.stream(s.error).anyMatch(e -> e != 0);
      XYSeries line = bars ? chart.addSeries(s.name, x, y, s.error) : chart.addSeries(s.name, x, y);
      // Seven colours and six markers: 42 pairs before one comes again.
      line.setMarkerColor(COLOURS.get(i % COLOURS.size()));
      line.setMarker(MARKERS.get(i % MARKERS.size()));
      line.setLineColor(COLOURS.get(i % COLOURS.size()));
      line.setLineStyle(i < COLOURS.size() ? SOLID : DASHED);
    }
    return chart;
  }

  /** Octaves from the smallest to the largest x. */
  private double octaves() {
    double[] x = series.stream().flatMapToDouble(s -> Arrays.stream(s.x)).sorted().toArray();
    return log2(x[x.length - 1]) - log2(x[0]);
  }

  /** XChart's logarithmic axis has ticks at powers of ten only; this one plots log2 x. */
  private static void octaveTicks(XYChart chart, double octaves) {
    // XChart rounds the step between ticks to 1, 2, 5, 10, ..; asking for slightly more than one
    // octave gives exactly one.
    chart.getStyler().setXAxisTickMarkSpacingHint((int) (1.2 * PLOT_WIDTH / octaves));
    chart.setCustomXAxisTickLabelsFormatter(
        exponent -> Table.number(StrictMath.pow(2, exponent), 4).replaceAll("\\.0+$", ""));
  }

  private static void style(XYStyler style) {
    Color grey = new Color(0xDDDDDD);
    style
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setPlotBorderColor(grey)
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendBorderColor(Color.WHITE)
        .setLegendFont(font(Font.PLAIN, 16))
        .setChartTitleFont(font(Font.BOLD, 20))
        .setChartTitleBoxVisible(false)
        .setChartPadding(16)
        .setMarkerSize(9);
    style
        .setAxisTitleFont(font(Font.PLAIN, 17))
        .setAxisTickLabelsFont(font(Font.PLAIN, 15))
        .setPlotGridLinesColor(grey)
        .setErrorBarsColorSeriesColor(true)
        .setLocale(java.util.Locale.ROOT);
  }

  private static Font font(int weight, int size) {
    return new Font(Font.SANS_SERIF, weight, size);
  }

  private static double log2(double x) {
    return StrictMath.log(x) / StrictMath.log(2);
  }
}
