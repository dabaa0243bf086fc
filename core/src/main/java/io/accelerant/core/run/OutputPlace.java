package io.accelerant.core.run;

import io.accelerant.core.artifact.Location;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where an output may not lie. */
final class OutputPlace {
  private OutputPlace() {}

  /**
   * An output inside an input would be read as a part of it by the next run.
   *
   * @throws ConfigException that names the key of the input
   */
  static void requireOutsideInputs(String output, JobConfig config) {
    Location place = Location.of(output);
    for (Map.Entry<String, Object> setting : config.identity().entrySet()) {
      places(setting.getValue())
          .filter(input -> isFolder(input) && input.holds(place))
          .findFirst()
          .ifPresent(
              input -> {
                throw new ConfigException(
                    Text.of(
                        "%s = %s lies inside the input %s = %s; choose another place.",
                        RunKeys.OUTPUT.path(), output, setting.getKey(), setting.getValue()));
              });
    }
  }

  /** What may be places in a value, also behind a word as in {@code markov:2:/x}. */
  private static Stream<Location> places(Object value) {
    if (value instanceof Collection<?> all) {
      return all.stream().flatMap(OutputPlace::places);
    }
    return value instanceof String text
        ? IntStream.range(0, text.length())
            .filter(i -> i == 0 || text.charAt(i - 1) == ':')
            .mapToObj(text::substring)
            .filter(part -> part.contains("/"))
            .flatMap(OutputPlace::place)
        : Stream.empty();
  }

  private static Stream<Location> place(String text) {
    try {
      return Stream.of(Location.of(text));
    } catch (ConfigException e) {
      return Stream.empty(); // some other text
    }
  }

  private static boolean isFolder(Location input) {
    return !input.isLocal() || Files.isDirectory(input.local());
  }
}
