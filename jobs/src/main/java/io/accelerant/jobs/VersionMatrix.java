package io.accelerant.jobs;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which versions of Spark, Java and machine go together; docs/operations.md holds the same. */
final class VersionMatrix {
  /**
   * One line of the matrix.
   *
   * @param part Spark, Java or System
   * @param versions a prefix of what {@link Platform} says
   * @param known what is known of it
   */
  record Row(String part, String versions, Known known) {}

  /** What is known of a version. */
  enum Known {
    /** By this project's own tests. */
    TESTED("tested"),
    /** Nobody has tried, nothing speaks against it. */
    UNTESTED("untested"),
    /** It cannot work. */
    REFUSED("refused");

    private final String text;

    Known(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static final List<Row> ROWS =
      List.of(
          new Row("Spark", "4.1.3", Known.TESTED),
          new Row("Spark", "4.", Known.UNTESTED),
          new Row("Spark", "", Known.REFUSED),
          new Row("Java", "17", Known.TESTED),
          new Row("Java", "21", Known.TESTED),
          new Row("Java", "", Known.REFUSED),
          new Row("System", "Linux amd64", Known.TESTED),
          new Row("System", "", Known.UNTESTED));

  private VersionMatrix() {}

  /**
   * One line that says what has not been tested; empty where all has.
   *
   * @throws ConfigException if it cannot work
   */
  static Optional<String> check(Platform platform) {
    List<String[]> parts =
        List.of(
            new String[] {"Spark", platform.spark()},
            new String[] {"Java", platform.java() + ""},
            new String[] {"System", platform.system()});
    parts.forEach(VersionMatrix::require);
    String untested =
        parts.stream()
            .filter(part -> row(part).known() == Known.UNTESTED)
            .map(
                part ->
                    Text.of(
                        "%s %s (tested: %s)", part[0], part[1], versions(part[0], Known.TESTED)))
            .collect(Collectors.joining(", "));
    return Optional.of(untested)
        .filter(text -> !text.isEmpty())
        .map(text -> "Not tested here: " + text + ".");
  }

  /**
   * The part of {@link #check} that can be known before anything is loaded.
   *
   * @throws ConfigException if it cannot work
   */
  static void requireJava(int feature) {
    require(new String[] {"Java", feature + ""});
  }

  private static void require(String[] part) {
    if (row(part).known() == Known.REFUSED) {
      String others = versions(part[0], Known.UNTESTED);
      throw new ConfigException(
          Text.of(
              "Accelerant needs %s %s; this is %s.",
              part[0], others.isEmpty() ? versions(part[0], Known.TESTED) : others + "x", part[1]));
    }
  }

  private static Row row(String[] part) {
    return ROWS.stream()
        .filter(row -> row.part().equals(part[0]) && part[1].startsWith(row.versions()))
        .findFirst()
        .orElseThrow();
  }

  private static String versions(String part, Known known) {
    return ROWS.stream()
        .filter(row -> row.part().equals(part) && row.known() == known)
        .map(Row::versions)
        .collect(Collectors.joining(" or "));
  }
}
