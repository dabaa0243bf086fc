package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What makes a directory an artifact: what it is, how it came to be, and the size and hash of every
 * file in it.
 *
 * @param kind such as {@code sampler}, {@code corpus}, {@code samples}, {@code evaluation}, {@code
 *     model}
 * @param method such as {@code lsd}
 * @param name name of the run
 * @param runId identifies the one run that wrote this
 * @param created ISO 8601 instant
 * @param codeVersion {@link CodeVersion#text()} of the writer
 * @param config effective configuration, path to value, without secrets
 * @param files every file but the manifest and names with a leading underscore, in order of path
 * @param parents what it was made from
 * @param identity what {@code contentHash} covers: file name to the sha256 of its content (JSON in
 *     canonical form), table name to its {@link TableFingerprint}
 * @param contentHash what "the same artifact" means; see {@link #contentHash(String, String, Map)}
 * @param metrics flat, dotted keys
 */
public record Manifest(
    String kind,
    String method,
    String name,
    String runId,
    String created,
    String codeVersion,
    long seed,
    Map<String, Object> config,
    List<FileEntry> files,
    List<Parent> parents,
    Map<String, String> identity,
    String contentHash,
    Map<String, Number> metrics) {

  /** The name of the manifest in an artifact. */
  public static final String FILE = "manifest.json";

  /** The version of the layout that is written, and the only one that is read. */
  public static final int FORMAT_VERSION = 1;

  /** The kind of those that hold a network with its weights. */
  public static final String MODEL = "model";

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final String UNKNOWN = "is not a known field";
  private static final Set<String> FIELDS =
      Set.of(
          "formatVersion",
          "kind",
          "method",
          "name",
          "runId",
          "created",
          "codeVersion",
          "seed",
          "config",
          "files",
          "parents",
          "identity",
          "contentHash",
          "metrics");

  /**
   * One file.
   *
   * @param path relative to the artifact, with slashes
   * @param size bytes
   * @param sha256 lower-case hexadecimal
   */
  public record FileEntry(String path, long size, String sha256) {}

  /**
   * An artifact or data set that this one was made from.
   *
   * @param role such as {@code teacher}, {@code corpus}
   * @param contentHash its content hash, or a fingerprint where it is no artifact
   */
  public record Parent(String role, String uri, String contentHash) {}

  public Manifest {
    config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
    files = List.copyOf(files);
    parents = List.copyOf(parents);
    identity = Collections.unmodifiableMap(new LinkedHashMap<>(identity));
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** The entry of a file, or empty. */
  public Optional<FileEntry> file(String path) {
    return files.stream().filter(f -> f.path().equals(path)).findFirst();
  }

  /**
   * The hash of what an artifact says, whoever computed it, where and when: kind, method and the
   * hashes of its identity parts. Manifest, metrics, report, plots, run and cluster settings are
   * not in it.
   */
  public static String contentHash(String kind, String method, Map<String, String> identity) {
    return CanonicalJson.sha256Of(Map.of("kind", kind, "method", method, "identity", identity));
  }

  /** The JSON form, see {@link #fromJson}. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("formatVersion", FORMAT_VERSION);
    json.put("kind", kind);
    json.put("method", method);
    json.put("name", name);
    json.put("runId", runId);
    json.put("created", created);
    json.put("codeVersion", codeVersion);
    json.put("seed", seed);
    json.put("contentHash", contentHash);
    json.put("identity", identity);
    json.put("metrics", metrics);
    json.put("parents", parents.stream().map(Manifest::json).toList());
    json.put("config", config);
    json.put("files", files.stream().map(Manifest::json).toList());
    return json;
  }

  private static Map<String, Object> json(Parent parent) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("role", parent.role());
    json.put("uri", parent.uri());
    json.put("contentHash", parent.contentHash());
    return json;
  }

  private static Map<String, Object> json(FileEntry file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("path", file.path());
    json.put("size", file.size());
    json.put("sha256", file.sha256());
    return json;
  }

  /**
   * Reads and checks a manifest.
   *
   * @param whatItIs named in errors
   * @throws ArtifactException if it is not valid in every field, or of an unknown format version
   */
  public static Manifest fromJson(byte[] json, String whatItIs) {
    JsonReader fields;
    try {
      fields =
          JsonReader.of(CanonicalJson.readObject(json, whatItIs), whatItIs, ArtifactException::new);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
    long version = integer(fields, "formatVersion");
    if (version != FORMAT_VERSION) {
      throw fields.wrong(
          "formatVersion",
          "is " + version + "; this version of accelerant reads " + FORMAT_VERSION);
    }
    fields.refuseOthers(FIELDS, UNKNOWN);
    List<FileEntry> files = new ArrayList<>();
    for (JsonReader file : objects(fields, "files", "path", "size", "sha256")) {
      files.add(new FileEntry(text(file, "path"), integer(file, "size"), hash(file, "sha256")));
      checkFile(files, fields);
    }
    List<Parent> parents = new ArrayList<>();
    for (JsonReader parent : objects(fields, "parents", "role", "uri", "contentHash")) {
      parents.add(
          new Parent(text(parent, "role"), text(parent, "uri"), text(parent, "contentHash")));
    }
    Map<String, String> identity = new LinkedHashMap<>();
    JsonReader parts = present(fields, "identity").inner("identity");
    parts.fields().keySet().forEach(part -> identity.put(part, hash(parts, part)));
    Map<String, Number> metrics = new LinkedHashMap<>();
    JsonReader numbers = present(fields, "metrics").inner("metrics");
    numbers
        .fields()
        .keySet()
        .forEach(metric -> metrics.put(metric, numbers.typed(metric, Number.class, "a number")));
    Manifest manifest =
        new Manifest(
            text(fields, "kind"),
            text(fields, "method"),
            text(fields, "name"),
            text(fields, "runId"),
            text(fields, "created"),
            text(fields, "codeVersion"),
            integer(fields, "seed"),
            present(fields, "config").inner("config").fields(),
            files,
            parents,
            identity,
            hash(fields, "contentHash"),
            metrics);
    checkCreated(manifest.created(), fields);
    for (String part : identity.keySet()) {
      if (files.stream()
          .noneMatch(
              f ->
                  f.path().equals(part)
                      || f.path().startsWith(part + "/")
                      || f.path().startsWith(part + ".jsonl/"))) {
        throw fields.wrong("identity", "names \"" + part + "\", which is no file or table");
      }
    }
    String expected = contentHash(manifest.kind(), manifest.method(), identity);
    if (!expected.equals(manifest.contentHash())) {
      throw fields.wrong("contentHash", "does not follow from kind, method and identity");
    }
    return manifest;
  }

  private static void checkCreated(String created, JsonReader fields) {
    try {
      Instant.parse(created);
    } catch (DateTimeParseException e) {
      throw fields.wrong("created", "must be an ISO 8601 instant, is \"" + created + "\"");
    }
  }

  private static void checkFile(List<FileEntry> files, JsonReader fields) {
    FileEntry file = files.get(files.size() - 1);
    Names.violation(file.path(), false)
        .ifPresent(
            why -> {
              throw fields.wrong("files", "path \"" + file.path() + "\" " + why);
            });
    if (file.size() < 0) {
      throw fields.wrong("files", "size of " + file.path() + " is negative");
    }
    if (files.size() > 1 && files.get(files.size() - 2).path().compareTo(file.path()) >= 0) {
      throw fields.wrong("files", "\"" + file.path() + "\" is out of order or there twice");
    }
  }

  private static JsonReader present(JsonReader json, String field) {
    if (!json.has(field)) {
      throw json.wrong(field, "is missing");
    }
    return json;
  }

  private static String text(JsonReader json, String field) {
    return present(json, field).typed(field, String.class, "a string");
  }

  private static String hash(JsonReader json, String field) {
    String hash = text(json, field);
    if (!HASH.matcher(hash).matches()) {
      throw json.wrong(field, "must be a SHA-256 of 64 hexadecimal digits");
    }
    return hash;
  }

  private static long integer(JsonReader json, String field) {
    return present(json, field).wholeLong(field, "an integer of at most 64 bits");
  }

  /** The objects of a list, each with these fields and no others. */
  private static List<JsonReader> objects(JsonReader json, String field, String... known) {
    List<JsonReader> objects = new ArrayList<>();
    for (Object element : present(json, field).typed(field, List.class, "an array")) {
      if (!(element instanceof Map<?, ?> map)) {
        throw json.wrong(field, "must hold objects");
      }
      JsonReader object = JsonReader.of(map, json.where() + ": " + field, ArtifactException::new);
      object.refuseOthers(Set.of(known), UNKNOWN);
      objects.add(object);
    }
    return objects;
  }
}
