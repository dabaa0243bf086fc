package io.accelerant.core.artifact;

import java.util.Optional;

/** Which names files in an artifact may have. */
final class Names {
  private static final int MAX_LENGTH = 500;

  private Names() {}

  /**
   * Why a path may not be used inside an artifact, or empty.
   *
   * @param ownName whether a job chose it: then no part may be hidden; Spark's partition folders
   *     may look like {@code _a=1}
   */
  static Optional<String> violation(String path, boolean ownName) {
    if (path.isEmpty() || path.length() > MAX_LENGTH) {
      return Optional.of("must have 1 to " + MAX_LENGTH + " characters");
    }
    if (path.startsWith("/")) {
      return Optional.of("must be relative");
    }
    if (path.equals(Manifest.FILE)) {
      return Optional.of("is reserved");
    }
    // Hadoop's Path takes what stands before a colon as a scheme.
    if (path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':' || c == 0x7f)) {
      return Optional.of("must not hold control characters, backslashes or colons");
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return Optional.of("must not have empty parts, \".\" or \"..\"");
      }
      if (ownName ? part.startsWith("_") || part.startsWith(".") : isHidden(part)) {
        return Optional.of("must not have parts that start with \"_\" or \".\"");
      }
    }
    return Optional.empty();
  }

  /** Spark's rule: such files are no data. */
  static boolean isHidden(String part) {
    return part.startsWith(".") || (part.startsWith("_") && part.indexOf('=') < 0);
  }

  /** Whether any part of a path is hidden. */
  static boolean isHiddenPath(String path) {
    for (String part : path.split("/")) {
      if (isHidden(part)) {
        return true;
      }
    }
    return false;
  }
}
