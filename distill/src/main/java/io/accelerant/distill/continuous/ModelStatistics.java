package io.accelerant.distill.continuous;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The empirical model statistics of DPM-Solver-v3 (Zheng et al. 2023): for each dimension the
 * vectors l (linear part of the noise prediction), s and b (slope and offset of what is left) on a
 * uniform grid in lambda, and the updates that follow from them. l = 1, s = 0, b = 0 is data
 * prediction, l = 0, s = -1, b = 0 noise prediction, both with exact integrals.
 *
 * <p>Times of updates lie on the grid: {@link #onGrid}. The integrals are made when first needed.
 */
public final class ModelStatistics implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int FORMAT_VERSION = 1;
  private static final String METHOD = "model-statistics";
  private static final String L = "l";
  private static final String S = "s";
  private static final String B = "b";

  /**
   * Whose statistics they are.
   *
   * @param modelHash of the model
   * @param tEnd the grid goes from the schedule's start to this time
   * @param guidance of the predictions
   * @param labels classes of the samples; empty for the unconditional model
   */
  public record Subject(
      String modelHash, Schedule schedule, double tEnd, double guidance, List<Integer> labels)
      implements Serializable {
    public Subject {
      labels = List.copyOf(labels);
    }
  }

  private final Subject subject;
  private final double first;
  private final double spacing;
  private final double[][] l;
  private final double[][] s;
  private final double[][] b;
  private transient GridIntegrals integrals;

  /**
   * @param l [points][d], as s and b; not copied, not to be written
   */
  public ModelStatistics(Subject subject, double[][] l, double[][] s, double[][] b) {
    if (l.length < 2 || !sameShape(l, s) || !sameShape(l, b)) {
      throw new IllegalArgumentException(
          "l, s and b need the same shape, and a grid at least two points");
    }
    this.subject = subject;
    this.first = subject.schedule().lambda(subject.schedule().start());
    this.spacing = spacing(subject, l.length);
    this.l = l;
    this.s = s;
    this.b = b;
  }

  private static boolean sameShape(double[][] a, double[][] b) {
    return a.length == b.length
        && Arrays.stream(a).allMatch(row -> row.length == a[0].length)
        && Arrays.stream(b).allMatch(row -> row.length == a[0].length);
  }

  static double spacing(Subject subject, int points) {
    Schedule schedule = subject.schedule();
    return (schedule.lambda(subject.tEnd()) - schedule.lambda(schedule.start())) / (points - 1);
  }

  /** The same l, s and b everywhere. */
  public static ModelStatistics constant(
      Subject subject, int points, int size, double l, double s, double b) {
    return new ModelStatistics(
        subject, filled(points, size, l), filled(points, size, s), filled(points, size, b));
  }

  private static double[][] filled(int points, int size, double value) {
    double[][] rows = new double[points][size];
    for (double[] row : rows) {
      Arrays.fill(row, value);
    }
    return rows;
  }

  public Subject subject() {
    return subject;
  }

  /** Numbers d in one x. */
  public int size() {
    return l[0].length;
  }

  /** Grid points. */
  public int points() {
    return l.length;
  }

  /** Distance of grid points in lambda. */
  public double spacing() {
    return spacing;
  }

  /** lambda of a grid point, 0 where sampling starts. */
  public double lambda(int point) {
    return first + point * spacing;
  }

  /** The times of a grid of so many points, uniform in lambda; both ends exact. */
  public static double[] times(Subject subject, int points) {
    return Spacing.LOG_SNR.times(subject.schedule(), subject.tEnd(), points - 1);
  }

  /** [d] at a grid point; not to be written. */
  public double[] l(int point) {
    return l[point];
  }

  /** [d] at a grid point; not to be written. */
  public double[] s(int point) {
    return s[point];
  }

  /** [d] at a grid point; not to be written. */
  public double[] b(int point) {
    return b[point];
  }

  /**
   * The grid point of a lambda.
   *
   * @throws IllegalArgumentException if there is none
   */
  int index(double lambda) {
    double place = (lambda - first) / spacing;
    long point = Math.round(place);
    if (point < 0 || point >= points() || Math.abs(place - point) > 1e-4) {
      throw new IllegalArgumentException(
          Text.of("lambda %s is not on the grid of the statistics; round the times to it", lambda));
    }
    return (int) point;
  }

  /**
   * Times moved to the nearest grid points.
   *
   * @param times falling from the schedule's start to {@link Subject#tEnd}
   * @throws IllegalArgumentException if they begin or end elsewhere, or two of them meet
   */
  public double[] onGrid(double[] times) {
    Schedule schedule = subject.schedule();
    if (times[0] != schedule.start() || times[times.length - 1] != subject.tEnd()) {
      throw new IllegalArgumentException(
          Text.of(
              "times go from %s to %s, the statistics from %s to %s",
              times[0], times[times.length - 1], schedule.start(), subject.tEnd()));
    }
    double[] grid = times(subject, points());
    double[] rounded = new double[times.length];
    int previous = -1;
    for (int i = 0; i < times.length; i++) {
      int point = (int) Math.rint((schedule.lambda(times[i]) - first) / spacing);
      if (point <= previous) {
        throw new IllegalArgumentException(
            Text.of(
                "times %s and %s have the same of the %d grid points; take fewer steps, another"
                    + " spacing or statistics on a finer grid",
                times[i - 1], times[i], points()));
      }
      previous = point;
      rounded[i] = grid[point];
    }
    return rounded;
  }

  synchronized GridIntegrals integrals() {
    if (integrals == null) {
      integrals = new GridIntegrals(spacing, l, s, b);
    }
    return integrals;
  }

  /**
   * The update to t, for all rows.
   *
   * @param nodes where the model was evaluated: s, then up to three others, the nearest first
   * @param pseudo whether the k-th derivative of g is taken from k + 1 nodes alone
   */
  public V3Step step(List<Node> nodes, Node t, boolean pseudo) {
    return new V3Step(this, nodes, t, pseudo);
  }

  /**
   * Predictor of order p: x at t.
   *
   * @param x [batch][d] at s, the newest time of the history; not changed
   * @param history newest first, at least p long
   */
  public double[] predict(double[] x, List<Evaluated> history, Node t, int order, boolean pseudo) {
    return x(x, history.subList(0, order), t, pseudo);
  }

  /**
   * Corrector of order p: as the predictor, with the evaluation at t as one more node.
   *
   * @param predicted the evaluation at t
   * @return the corrected x at t; {@link #moved} keeps the evaluation fit for later updates
   */
  public double[] correct(
      double[] x, List<Evaluated> history, Evaluated predicted, int order, boolean pseudo) {
    List<Evaluated> nodes = new ArrayList<>(history.subList(0, order));
    nodes.add(1, predicted);
    return x(x, nodes, predicted.node(), pseudo);
  }

  private double[] x(double[] x, List<Evaluated> nodes, Node t, boolean pseudo) {
    return step(nodes.stream().map(Evaluated::node).toList(), t, pseudo).x(x, nodes);
  }

  /** An evaluation at another x of the same time such that sigma eps - l x, and so g, stays. */
  public Evaluated moved(Evaluated at, double[] x) {
    double[] own = l[index(at.node().lambda())];
    double[] noise = new double[x.length];
    for (int n = 0; n < noise.length; n++) {
      noise[n] = at.noise()[n] + own[n % own.length] * (x[n] - at.x()[n]) / at.node().sigma();
    }
    return new Evaluated(at.node(), x, noise);
  }

  /** {@code l}, {@code s}, {@code b} [points][d] and {@code lambda} [points], in float64. */
  public List<Tensor> tensors() {
    double[] lambdas = new double[points()];
    for (int point = 0; point < lambdas.length; point++) {
      lambdas[point] = lambda(point);
    }
    return List.of(
        tensor(L, l),
        tensor(S, s),
        tensor(B, b),
        Tensor.of("lambda", new long[] {points()}, lambdas));
  }

  private Tensor tensor(String name, double[][] rows) {
    return Tensor.of(
        name,
        new long[] {points(), size()},
        Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
  }

  /** Whose they are and on which grid. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FORMAT_VERSION);
    json.put("method", METHOD);
    json.put("modelSha256", subject.modelHash());
    json.put("schedule", subject.schedule().label());
    json.put("tEnd", subject.tEnd());
    json.put("guidance", subject.guidance());
    json.put("labels", subject.labels());
    json.put("points", points());
    json.put("size", size());
    return json;
  }

  /**
   * Reads {@link #toJson} and {@link #tensors}.
   *
   * @param where names the JSON file in errors
   * @throws ArtifactException if they are something else or do not go together
   */
  public static ModelStatistics of(Map<String, Object> json, SafetensorsFile file, String where) {
    if (!METHOD.equals(json.get("method"))
        || !Integer.valueOf(FORMAT_VERSION).equals(json.get("formatVersion"))) {
      throw new ArtifactException(
          Text.of(
              "%s holds no statistics of method %s, format %d: it has method %s, format %s.",
              where, METHOD, FORMAT_VERSION, json.get("method"), json.get("formatVersion")));
    }
    JsonReader fields = JsonReader.of(json, where + " is damaged", ArtifactException::new);
    int points = fields.whole("points");
    int size = fields.whole("size");
    try {
      return new ModelStatistics(
          new Subject(
              fields.text("modelSha256"),
              Schedule.ofLabel(fields.text("schedule")),
              fields.number("tEnd"),
              fields.number("guidance"),
              fields.wholes("labels")),
          rows(file, L, points, size),
          rows(file, S, points, size),
          rows(file, B, points, size));
    } catch (IllegalArgumentException | DataException e) {
      throw new ArtifactException(where + " is damaged: " + e.getMessage(), e);
    }
  }

  private static double[][] rows(SafetensorsFile file, String name, int points, int size) {
    if (!Arrays.equals(file.shape(name), new long[] {points, size})) {
      throw new DataException(
          Text.of(
              "tensor %s has shape %s, expected [%d, %d].",
              name, Arrays.toString(file.shape(name)), points, size));
    }
    double[] flat = file.tensor(name).toDoubles();
    double[][] rows = new double[points][];
    for (int point = 0; point < points; point++) {
      rows[point] = Arrays.copyOfRange(flat, point * size, (point + 1) * size);
      if (!Arrays.stream(rows[point]).allMatch(Double::isFinite)) {
        throw new DataException(
            Text.of("tensor %s has a number that is not finite at grid point %d.", name, point));
      }
    }
    return rows;
  }
}
