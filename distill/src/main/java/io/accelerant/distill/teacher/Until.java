package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.text.Text;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When training may stop before its last round: {@code exactMatch.k2 > .9}.
 *
 * @param metric that is measured on the way
 * @param orEqual whether the bound itself is enough
 */
record Until(String metric, boolean orEqual, double bound) {
  private static final Pattern FORM =
      Pattern.compile("\\s*([\\w.-]+?)\\s*(>=?)\\s*([0-9]*\\.?[0-9]+(?:[eE]-?[0-9]+)?)\\s*");

  /**
   * What {@code trainTeacher.until} says.
   *
   * @throws io.accelerant.core.error.ConfigException if it is no condition
   */
  static Optional<Until> of(JobConfig config) {
    return config
        .find(TrainTeacherKeys.UNTIL)
        .map(
            text -> {
              Matcher parts = FORM.matcher(text);
              if (!parts.matches()) {
                throw config.invalid(
                    TrainTeacherKeys.UNTIL,
                    Text.of(
                        "must be a metric, > or >=, and a number, such as \"exactMatch > .9\"; it is"
                            + " \"%s\".",
                        text));
              }
              return new Until(
                  parts.group(1), parts.group(2).equals(">="), Double.parseDouble(parts.group(3)));
            });
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if its metric is none of those measured
   */
  void requireOneOf(Collection<String> metrics, JobConfig config) {
    if (!metrics.contains(metric)) {
      throw config.invalid(
          TrainTeacherKeys.UNTIL,
          Text.of(
              "waits for %s, which is not measured; there are %s.",
              metric, String.join(", ", metrics)));
    }
  }

  boolean isReachedBy(double value) {
    return orEqual ? value >= bound : value > bound;
  }
}
