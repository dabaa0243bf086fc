package io.accelerant.jobs;

import io.accelerant.core.artifact.Location;
import io.accelerant.core.error.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of every command. */
final class Options {
  @Option(
      names = "--conf",
      paramLabel = "FILE",
      converter = LocalFile.class,
      description = "HOCON file; may be repeated, later files win.")
  List<Path> files = new ArrayList<>();

  /** Named as every other file. */
  static final class LocalFile implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      try {
        return Location.of(text).local();
      } catch (ConfigException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

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
