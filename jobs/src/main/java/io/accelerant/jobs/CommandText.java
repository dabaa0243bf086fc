package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import java.util.ArrayList;
import java.util.List;

/** A command line as a person would type it again, without secrets. */
final class CommandText {
  private CommandText() {}

  static String of(String[] arguments) {
    List<String> words = new ArrayList<>(List.of("accelerant"));
    for (String argument : arguments) {
      words.add(quote(hide(argument)));
    }
    return String.join(" ", words);
  }

  private static String hide(String argument) {
    int start = argument.startsWith("--set=") ? "--set=".length() : 0;
    int equals = argument.indexOf('=', start);
    return equals >= 0 && JobConfig.isSecret(argument.substring(start, equals))
        ? argument.substring(0, equals) + "=***"
        : argument;
  }

  private static String quote(String word) {
    return word.matches("[\\w@%+=:,./{}-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
