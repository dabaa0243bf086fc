package io.accelerant.jobs;

import io.accelerant.core.config.Nearest;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One number of a method beside that of its control.
 *
 * @param of what it is a number of; may be empty
 * @param less whether less is better
 * @param metrics of the artifact, by name, that it was computed from
 * @param number computed; none if the artifact has none
 * @param interval 95 %, low and high, of the number; none if the job gives none
 * @param difference value less control with its 95 % interval, low and high, where the number is a
 *     ratio and the job has the interval of the difference
 * @param missing what it means that the artifact has no number; empty if that is an error
 */
record Gain(
    String of,
    Kind kind,
    boolean less,
    Map<String, Double> metrics,
    List<Double> number,
    List<Double> interval,
    List<Double> difference,
    String missing) {

  /** How the number stands beside that of the control. */
  enum Kind {
    /** A part of the control's. */
    RATIO(1, "%s of it"),
    /** So many times the control's. */
    TIMES(1, "%s times"),
    /** Value less control. */
    DIFFERENCE(0, "%s");

    private final double neutral;
    private final String form;

    Kind(double neutral, String form) {
      this.neutral = neutral;
      this.form = form;
    }

    private double of(double value, double control) {
      return this == DIFFERENCE ? value - control : value / control;
    }
  }

  /** The fields of one, as a list of gains has them. */
  private static final Set<String> FIELDS =
      Set.of("of", "kind", "better", "value", "control", "interval", "missing");

  private static final int DIGITS = 3;

  /**
   * Computes it. Its description has {@code kind} (ratio, times or difference), {@code better}
   * (less or more), {@code value}, the name of a metric, and {@code control}, that of the control;
   * without the latter the value is the ratio or difference itself, and its interval the metrics
   * {@code value.low} and {@code value.high}, if the artifact has them. {@code interval} is the
   * name of the difference whose interval stands beside a ratio.
   *
   * @throws ConfigException if there is no metric of such a name
   */
  static Gain of(JsonReader said, Map<String, Number> metrics) {
    Kind kind = kind(said);
    String value = said.text("value");
    String missing = said.has("missing") ? said.text("missing") : "";
    if (!missing.isEmpty() && !metrics.containsKey(value)) {
      return new Gain(
          what(said), kind, less(said), Map.of(), List.of(), List.of(), List.of(), missing);
    }
    Map<String, Double> used = new LinkedHashMap<>();
    double number = metric(said, "value", value, metrics, used);
    if (said.has("control")) {
      number = kind.of(number, metric(said, "control", said.text("control"), metrics, used));
    }
    List<Double> interval =
        said.has("control") ? List.of() : interval(said, "value", value, metrics, used);
    List<Double> difference = List.of();
    if (said.has("interval")) {
      String name = said.text("interval");
      double mean = metric(said, "interval", name, metrics, used);
      List<Double> ends = interval(said, "interval", name, metrics, used);
      difference = ends.isEmpty() ? List.of() : List.of(mean, ends.get(0), ends.get(1));
    }
    return new Gain(
        what(said), kind, less(said), used, List.of(number), interval, difference, missing);
  }

  /** Refuses a description that {@link #of} would not understand, whatever the metrics are. */
  static void require(JsonReader said) {
    said.refuseOthers(FIELDS, "is none of " + String.join(", ", FIELDS.stream().sorted().toList()));
    kind(said);
    less(said);
    said.text("value");
  }

  private static Kind kind(JsonReader said) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equalsIgnoreCase(said.text("kind"))) {
        return kind;
      }
    }
    throw said.expected("kind", "ratio, times or difference");
  }

  private static boolean less(JsonReader said) {
    return switch (said.text("better")) {
      case "less" -> true;
      case "more" -> false;
      default -> throw said.expected("better", "less or more");
    };
  }

  private static String what(JsonReader said) {
    return said.has("of") ? said.text("of") : "";
  }

  private static double metric(
      JsonReader said,
      String field,
      String name,
      Map<String, Number> metrics,
      Map<String, Double> used) {
    Number number = metrics.get(name);
    if (number == null) {
      throw said.wrong(
          field,
          Text.of(
              "is %s, which is no metric of the artifact; the nearest is %s",
              name, Nearest.to(name, metrics.keySet()).orElse("none")));
    }
    used.put(name, number.doubleValue());
    return number.doubleValue();
  }

  private static List<Double> interval(
      JsonReader said,
      String field,
      String name,
      Map<String, Number> metrics,
      Map<String, Double> used) {
    if (!metrics.containsKey(name + ".low")) {
      return List.of();
    }
    return List.of(
        metric(said, field, name + ".low", metrics, used),
        metric(said, field, name + ".high", metrics, used));
  }

  /** As a cell of a table: what is no gain is said as plainly as what is one. */
  String text() {
    String head = of.isEmpty() ? "" : of + ": ";
    if (number.isEmpty()) {
      return head + "NOT measured, " + missing;
    }
    String shown = Text.of(kind.form, shown(number.get(0)));
    return head + outcome(shown) + bounds(interval) + ofDifference();
  }

  private String ofDifference() {
    return difference.isEmpty()
        ? ""
        : Text.of(" (difference %s%s)", shown(difference.get(0)), bounds(difference.subList(1, 3)));
  }

  private static String bounds(List<Double> ends) {
    return ends.isEmpty() ? "" : Text.of(" [%s, %s]", shown(ends.get(0)), shown(ends.get(1)));
  }

  private static String shown(double number) {
    return Table.number(number, DIGITS);
  }

  private String outcome(String shown) {
    double low = number.get(0);
    double high = low;
    double neutral = kind.neutral;
    if (!interval.isEmpty()) {
      low = interval.get(0);
      high = interval.get(1);
    } else if (!difference.isEmpty()) {
      low = difference.get(1);
      high = difference.get(2);
      neutral = 0;
    }
    if (less ? high < neutral : low > neutral) {
      return "**" + shown + "**";
    }
    boolean worse = less ? low >= neutral : high <= neutral;
    return (worse ? "NOT better, " : "NOT told apart, ") + shown;
  }
}
