package io.accelerant.core.artifact;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;

/**
 * A place that a user named, by one rule for reading and writing. Text that begins with a scheme
 * and a slash ({@code s3a://bucket/x}, {@code file:/x}) is a URI, all other text is a local path.
 * Both are taken literally, as Hadoop takes them: {@code %20} is three characters, and so are
 * {@code #}, {@code [} and blanks what they look like.
 *
 * @param text as the user wrote it
 * @param path absolute, with a scheme
 */
public record Location(String text, Path path) {
  private static final String FILE = "file";

  /** The well-known ones also without a slash, where it was most likely forgotten. */
  private static final Pattern SCHEME =
      Pattern.compile("(?i)(?=(?:file|hdfs|s3[an]?):|[^:/]*:/)([a-z][a-z0-9+.-]*):");

  private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");

  /**
   * @throws ConfigException if the text cannot be a path
   */
  public static Location of(String text) {
    requireText(text);
    Matcher scheme = SCHEME.matcher(text);
    if (!scheme.lookingAt()) {
      return local(text, text);
    }
    if (scheme.group(1).equalsIgnoreCase(FILE)) {
      return local(text, withoutHost(text, text.substring(scheme.end())));
    }
    try {
      return new Location(text, new Path(text));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(Text.of("%s is no URI: %s.", text, e.getMessage()), e);
    }
  }

  private static void requireText(String text) {
    String why = "";
    if (text.isBlank()) {
      why = "is empty; it must be a path or a URI.";
    } else if (text.chars().anyMatch(Character::isISOControl)) {
      why = "holds a line break or another control character; choose another name.";
    } else if (Character.isWhitespace(text.charAt(0))) {
      why = "begins with a blank; take it away, or write ./ before it.";
    } else if (text.equals("~") || text.startsWith("~/")) {
      why = "is not expanded; write the home directory itself, or ./~ for one of that name.";
    } else if (text.indexOf('\ufffd') >= 0) {
      why = "holds characters that file names have not here; " + encoding();
    }
    if (!why.isEmpty()) {
      throw new ConfigException(
          Text.of("The path \"%s\" %s", text.replaceAll("\\p{Cntrl}", "?"), why));
    }
  }

  private static String encoding() {
    return Text.of("they are in %s; set LC_ALL=C.UTF-8.", System.getProperty("sun.jnu.encoding"));
  }

  /** A host is no part of a local path, and {@code file://tmp/x} is not /tmp/x. */
  private static String withoutHost(String text, String path) {
    if (!path.startsWith("//")) {
      return path;
    }
    String rest = path.substring(2).replaceFirst("(?i)^localhost(?=/)", "");
    if (!rest.startsWith("/")) {
      throw new ConfigException(
          Text.of(
              "%s names a host, \"%s\"; a local file is file:/path or file:///path.",
              text, rest.replaceFirst("/.*", "")));
    }
    return rest;
  }

  private static Location local(String text, String name) {
    try {
      java.nio.file.Path resolved = resolved(java.nio.file.Path.of(name).toAbsolutePath());
      return new Location(text, new Path(FILE, null, resolved.toString()));
    } catch (InvalidPathException e) {
      throw new ConfigException(
          Text.of(
              "The path \"%s\" holds characters that file names have not here; %s",
              text, encoding()),
          e);
    }
  }

  /** Without "." and ".."; behind a link ".." is above what it points to, as for the system. */
  private static java.nio.file.Path resolved(java.nio.file.Path absolute) {
    java.nio.file.Path at = absolute.getRoot();
    for (java.nio.file.Path part : absolute) {
      if (part.toString().equals("..")) {
        java.nio.file.Path above = real(at).getParent();
        at = above == null ? at.getRoot() : above;
      } else if (!part.toString().equals(".")) {
        at = at.resolve(part);
      }
    }
    return at;
  }

  /** Without links, as far as it is there. */
  private static java.nio.file.Path real(java.nio.file.Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      java.nio.file.Path parent = path.getParent();
      return parent == null || Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          ? path
          : real(parent).resolve(path.getFileName());
    }
  }

  String scheme() {
    return path.toUri().getScheme().toLowerCase(Locale.ROOT);
  }

  public boolean isLocal() {
    return scheme().equals(FILE);
  }

  /**
   * The path on this machine.
   *
   * @throws ConfigException if it is elsewhere
   */
  public java.nio.file.Path local() {
    if (!isLocal()) {
      throw new ConfigException(text + " must be a local path.");
    }
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  /** Whether a place is this one or lies in it. */
  public boolean holds(Location other) {
    if (isLocal() && other.isLocal()) {
      return real(other.local()).startsWith(real(local()));
    }
    return (other.path + "/").startsWith(path + "/");
  }

  /** What to add to the message that nothing is there; mostly empty. */
  public String hint() {
    boolean escaped = SCHEME.matcher(text).lookingAt() && ESCAPE.matcher(text).find();
    return escaped
        ? Text.of(
            " A URI is taken literally: write the character itself, not %s.",
            ESCAPE.matcher(text).results().findFirst().orElseThrow().group())
        : "";
  }

  /** A child of any name; Hadoop takes what stands before a colon for a scheme. */
  static Path child(Path parent, String name) {
    return new Path(parent, new Path(null, null, name));
  }

  /**
   * The file or folder of this very name; if there is none, all whose names match it as a pattern
   * ({@code *}, {@code ?}, {@code [a-z]}, {@code {a,b}}), in order. Hadoop's own search fails where
   * a folder holds any name with a colon.
   */
  public List<FileStatus> find(Configuration hadoop) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    try {
      return List.of(files.getFileStatus(path));
    } catch (FileNotFoundException e) {
      List<FileStatus> found = new ArrayList<>();
      for (String pattern : GlobExpander.expand(path.toUri().getPath())) {
        found.addAll(matching(files, pattern));
      }
      found.sort(Comparator.comparing(FileStatus::getPath));
      return found;
    }
  }

  private List<FileStatus> matching(FileSystem files, String pattern) throws IOException {
    List<Path> paths =
        List.of(new Path(path.toUri().getScheme(), path.toUri().getAuthority(), "/"));
    for (String part : pattern.substring(1).split("/")) {
      GlobFilter filter = new GlobFilter(part);
      List<Path> next = new ArrayList<>();
      for (Path parent : paths) {
        if (filter.hasPattern()) {
          children(files, parent).stream().filter(filter::accept).forEach(next::add);
        } else {
          next.add(child(parent, part.replaceAll("\\\\(.)", "$1")));
        }
      }
      paths = next;
    }
    List<FileStatus> found = new ArrayList<>();
    for (Path there : paths) {
      try {
        found.add(files.getFileStatus(there));
      } catch (FileNotFoundException e) {
        continue; // the part behind a pattern need not be everywhere
      }
    }
    return found;
  }

  private static List<Path> children(FileSystem files, Path parent) throws IOException {
    List<Path> children = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(parent)) {
        if (!status.getPath().equals(parent)) { // a file lists itself
          children.add(status.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return children;
  }
}
