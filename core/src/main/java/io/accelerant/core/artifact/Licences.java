package io.accelerant.core.artifact;

import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The licence texts of what an artifact was made from: files of its folder, which go along with
 * what is made from it in turn.
 *
 * @param files text by name, {@code LICENSE.txt}, {@code NOTICE}, {@code LICENSE-wordnet.txt} and
 *     the like
 */
public record Licences(Map<String, byte[]> files) {
  /** None, where it is not known which they are. */
  public static final Licences UNKNOWN = new Licences(Map.of());

  private static final Pattern NAME = Pattern.compile("(LICEN[CS]E|NOTICE)[\\w.-]*");

  /** First words of the text, whatever its lines. */
  private static final Pattern APACHE = Pattern.compile("\\s*Apache License\\s+Version 2\\.0,.*");

  public Licences {
    files = new TreeMap<>(files);
  }

  /** Whether a file of this name, without folders, holds such a text. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Those of several artifacts; of equal names the first. */
  public static Licences of(List<Artifact> artifacts) {
    Map<String, byte[]> files = new TreeMap<>();
    for (Artifact artifact : artifacts) {
      artifact.manifest().files().stream()
          .map(Manifest.FileEntry::path)
          .filter(Licences::isName)
          .forEach(name -> files.computeIfAbsent(name, artifact::read));
    }
    return new Licences(files);
  }

  public void write(ArtifactWriter artifact) {
    files.forEach(artifact::write);
  }

  /**
   * The line of a card.
   *
   * @param whose what is said where no text names the licence, such as {@code That of the source}
   */
  public String line(String whose) {
    if (files.isEmpty()) {
      return whose + ".";
    }
    String names =
        files.keySet().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    boolean apache = files.values().stream().anyMatch(Licences::isApache);
    return Text.of("%s%s, see %s.", whose, apache ? ", Apache-2.0" : "", names);
  }

  private static boolean isApache(byte[] text) {
    int head = Math.min(text.length, 400);
    String words = new String(text, 0, head, StandardCharsets.UTF_8).replaceAll("\\s+", " ");
    return APACHE.matcher(words).matches();
  }
}
