package io.accelerant.core.data;

import io.accelerant.core.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What Hadoop gets wrong in silence in a local folder: it leaves out links that point to nothing,
 * and reads a folder again and again through a link that leads back to it.
 */
final class LocalLinks {
  private LocalLinks() {}

  /**
   * @throws DataException that names the first such link, or a file that Hadoop cannot open
   */
  static void require(org.apache.hadoop.fs.Path root) throws IOException {
    Path local = Path.of(root.toUri().getPath());
    try (Stream<Path> tree = Files.walk(local, FileVisitOption.FOLLOW_LINKS)) {
      tree.filter(file -> file.equals(local) || !isHidden(file.getFileName().toString()))
          .forEach(LocalLinks::requireFile);
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof FileSystemLoopException loop) {
        throw new DataException(
            loop.getFile() + " is a link that leads back to a folder above; remove it.", loop);
      }
      throw e.getCause();
    }
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  private static void requireFile(Path file) {
    if (!Files.exists(file)) {
      throw new DataException(
          file + " is a link to nothing; remove it, or bring what it points to.");
    }
    if (file.getFileName() != null
        && file.getFileName().toString().indexOf(':') >= 0
        && !Files.isDirectory(file)) {
      throw new DataException(
          file
              + " has a colon in its own name, and Hadoop opens no such local file; rename it, or"
              + " link to it under another name.");
    }
  }
}
