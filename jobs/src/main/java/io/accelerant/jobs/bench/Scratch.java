package io.accelerant.jobs.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder that goes away with all that is in it. */
record Scratch(Path folder) implements AutoCloseable {
  static Scratch create() {
    try {
      return new Scratch(Files.createTempDirectory("accelerant-bench"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A path in the folder. */
  Path at(String name) {
    return folder.resolve(name);
  }

  Path write(String name, byte[] content) {
    try {
      return Files.write(at(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A resource of this package as a file. */
  Path resource(String name) {
    try (InputStream in = Scratch.class.getResourceAsStream(name)) {
      return write(name, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
