package io.accelerant.jobs;

import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The keys of a job as help text. */
final class KeyHelp {
  private static final Pattern WIDTH = Pattern.compile("(.{1,92})(?: |$)");

  private KeyHelp() {}

  static String[] lines(List<Key<?>> keys) {
    List<String> lines = new ArrayList<>(List.of("", "Keys:"));
    for (Key<?> key : keys) {
      lines.add(Text.of("  %s: %s; %s", key.path(), key.expected(), presence(key)));
      lines.addAll(wrap(key.doc()));
    }
    lines.add("  spark.*: any setting of Spark; quote a key that is both value and prefix.");
    // picocli takes these lines for format strings
    return lines.stream().map(line -> line.replace("%", "%%")).toArray(String[]::new);
  }

  private static List<String> wrap(String text) {
    return WIDTH.matcher(text).results().map(line -> "      " + line.group(1)).toList();
  }

  private static String presence(Key<?> key) {
    return key.isRequired()
        ? "required"
        : key.defaultValue().map(value -> "default " + value).orElse("optional");
  }
}
