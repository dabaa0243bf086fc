package io.accelerant.jobs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every command. */
final class Options {
  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description = "HOCON file; may be repeated, later files win.")
  List<Path> files = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "One setting; wins over files, may be repeated.")
  List<String> sets = new ArrayList<>();

  @Option(names = "--verbose", description = "Print a stack trace with every failure.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text.")
  private boolean help;
}
