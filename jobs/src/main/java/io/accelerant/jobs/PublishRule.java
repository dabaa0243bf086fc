package io.accelerant.jobs;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code <metric> < <value>}: when a pipeline's artifact is good enough.
 *
 * @param metric {@code <stage>.<metric>}
 */
record PublishRule(String metric, String comparison, double value) {
  private static final Pattern FORM =
      Pattern.compile("\\s*(\\S+?)\\s*(<=|>=|<|>)\\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\\s*");

  /**
   * @throws ConfigException if the text is no rule
   */
  static PublishRule of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new ConfigException(
          Text.of(
              "pipeline.publish.if = \"%s\" must be <stage>.<metric> < <number> (or <=, >, >=).",
              text));
    }
    return new PublishRule(
        matcher.group(1), matcher.group(2), Double.parseDouble(matcher.group(3)));
  }

  /**
   * Whether the metrics of a run satisfy the rule.
   *
   * @throws ConfigException if there is no such metric
   */
  boolean holds(Map<String, ? extends Number> metrics) {
    Number found = metrics.get(metric);
    if (found == null) {
      throw new ConfigException(
          Text.of(
              "pipeline.publish.if names the metric %s, which no stage has; there are %s.",
              metric, near(metrics.keySet())));
    }
    double x = found.doubleValue();
    return switch (comparison) {
      case "<" -> x < value;
      case "<=" -> x <= value;
      case ">" -> x > value;
      default -> x >= value;
    };
  }

  private Set<String> near(Set<String> all) {
    String stage = metric.substring(0, metric.indexOf('.') + 1);
    Set<String> own =
        all.stream()
            .filter(name -> !stage.isEmpty() && name.startsWith(stage))
            .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new));
    return own.isEmpty() ? all : own;
  }

  @Override
  public String toString() {
    return Text.of("%s %s %s", metric, comparison, value);
  }
}
