package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** An artifact that comes along with the program, {@code builtin:<name>}; it is only read. */
final class BuiltinStore implements Store {
  static final String SCHEME = "builtin:";

  /** Every name; each is a folder of resources beside this class. */
  static final List<String> NAMES =
      List.of(
          "fashion",
          "fashion-flow",
          "text",
          "cloze-chain",
          "additions",
          "slips",
          "modular-chain",
          "plus-minus",
          "skill-pool",
          "javadoc",
          "shapes");

  private final String name;

  private BuiltinStore(String name) {
    this.name = name;
  }

  /**
   * @throws ArtifactException if there is none of this name
   */
  static BuiltinStore of(String uri) {
    String name = uri.substring(SCHEME.length());
    if (!NAMES.contains(name)) {
      throw new ArtifactException(
          Text.of("%s: the artifacts that come along are %s.", uri, Artifact.builtins()));
    }
    return new BuiltinStore(name);
  }

  @Override
  public String uri() {
    return SCHEME + name;
  }

  @Override
  public String uri(String file) {
    throw new ArtifactException(
        uri() + " holds no tables; copy it by accelerant artifact export to read its files.");
  }

  @Override
  public Store parent() {
    throw readOnly();
  }

  @Override
  public Store child(String file) {
    throw readOnly();
  }

  @Override
  public String lastName() {
    return name;
  }

  private InputStream find(String file) {
    return BuiltinStore.class.getResourceAsStream("builtin/" + name + "/" + file);
  }

  @Override
  public boolean exists(String file) throws IOException {
    return file.isEmpty() || isFile(file);
  }

  @Override
  public boolean isFile(String file) throws IOException {
    if (file.isEmpty()) {
      return false;
    }
    try (InputStream found = find(file)) {
      return found != null;
    }
  }

  @Override
  public List<String> children(String folder) throws IOException {
    return files(folder).stream()
        .map(Listed::name)
        .filter(file -> file.startsWith(folder))
        .map(file -> file.substring(folder.isEmpty() ? 0 : folder.length() + 1))
        .map(file -> file.replaceFirst("/.*", ""))
        .distinct()
        .sorted()
        .toList();
  }

  /** What the manifest lists: resources have no listing of their own. */
  @Override
  public List<Listed> files(String folder) throws IOException {
    byte[] json = read(Manifest.FILE, CanonicalJson.MAX_BYTES);
    List<Listed> files = new ArrayList<>();
    files.add(new Listed(Manifest.FILE, json.length));
    Manifest.fromJson(json, uri() + "/" + Manifest.FILE)
        .files()
        .forEach(file -> files.add(new Listed(file.path(), file.size())));
    files.removeIf(file -> !folder.isEmpty() && !file.name().startsWith(folder + "/"));
    return files;
  }

  @Override
  public long size(String file) throws IOException {
    return read(file, Integer.MAX_VALUE).length;
  }

  @Override
  public InputStream open(String file) throws IOException {
    InputStream found = find(file);
    if (found == null) {
      throw new FileNotFoundException(uri() + "/" + file);
    }
    return found;
  }

  @Override
  public RandomAccess openRandom(String file) throws IOException {
    return RandomAccess.of(read(file, Integer.MAX_VALUE));
  }

  private ArtifactException readOnly() {
    return new ArtifactException(uri() + " comes along with the program and is only read.");
  }

  @Override
  public OutputStream create(String file) {
    throw readOnly();
  }

  @Override
  public void createExclusive(String file, byte[] content) {
    throw readOnly();
  }

  @Override
  public void replace(String file, byte[] content) {
    throw readOnly();
  }

  @Override
  public void delete(String file) {
    throw readOnly();
  }

  @Override
  public void deleteIfEmpty(String file) {
    throw readOnly();
  }

  @Override
  public boolean isLocal() {
    return true;
  }
}
