package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Location;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of a tokenizer as Hugging Face keeps them, by name; kept compressed, since they travel
 * with tasks.
 *
 * @param where URI of their folder
 * @param published whether they are part of an artifact
 */
record TokenizerFiles(String where, boolean published, TreeMap<String, byte[]> packed)
    implements Serializable {
  static final String JSON = "tokenizer.json";
  static final String CONFIG = "tokenizer_config.json";
  static final String SPECIAL = "special_tokens_map.json";
  static final String ADDED = "added_tokens.json";
  static final String VOCABULARY = "vocab.json";
  static final String MERGES = "merges.txt";
  static final String PIECES = "vocab.txt";
  static final String CHAT = "chat_template.jinja";

  /** Of the model; its token ids are read and it does not travel along. */
  static final String MODEL = "config.json";

  /** Each of them says how texts are cut; the first that is there counts. */
  static final List<String> MAIN = List.of(JSON, VOCABULARY, PIECES);

  static final List<String> NAMES =
      List.of(JSON, CONFIG, SPECIAL, ADDED, VOCABULARY, MERGES, PIECES, CHAT);

  /** Bytes of a file, at most. */
  private static final int LARGEST = 64 << 20;

  /**
   * Those of a folder.
   *
   * @param uri a URI, or a local path
   * @throws DataException if one cannot be read
   */
  static TokenizerFiles of(String uri, Configuration hadoop) {
    Path folder = Location.of(uri).path();
    TreeMap<String, byte[]> packed = new TreeMap<>();
    try {
      FileSystem files = folder.getFileSystem(hadoop);
      for (String name : withModel()) {
        if (files.exists(new Path(folder, name))) {
          packed.put(name, pack(InputFile.read(uri + "/" + name, hadoop, LARGEST).content()));
        }
      }
      return new TokenizerFiles(uri, false, packed);
    } catch (IOException e) {
      throw new DataException(Text.of("Cannot read %s: %s.", uri, e.getMessage()), e);
    }
  }

  /** Those of an artifact, verified. */
  static TokenizerFiles of(Artifact artifact) {
    TreeMap<String, byte[]> packed = new TreeMap<>();
    withModel().stream()
        .filter(artifact::holds)
        .forEach(name -> packed.put(name, pack(artifact.read(name))));
    return new TokenizerFiles(artifact.uri(), true, packed);
  }

  private static List<String> withModel() {
    return Stream.concat(NAMES.stream(), Stream.of(MODEL)).toList();
  }

  /** Whether there is a tokenizer among them. */
  boolean holdOne() {
    return MAIN.stream().anyMatch(this::holds);
  }

  /** The file that says how texts are cut. */
  String main() {
    return MAIN.stream().filter(this::holds).findFirst().orElseThrow();
  }

  boolean holds(String name) {
    return packed.containsKey(name);
  }

  /** Without what is not the tokenizer's. */
  TokenizerFiles alone() {
    TreeMap<String, byte[]> own = new TreeMap<>(packed);
    own.remove(MODEL);
    return new TokenizerFiles(where, published, own);
  }

  void write(ArtifactWriter artifact) {
    packed.forEach((name, content) -> artifact.write(name, unpack(content)));
  }

  /** A file in UTF-8. */
  String text(String name) {
    return new String(unpack(packed.get(name)), StandardCharsets.UTF_8);
  }

  /** The object in a file; an empty one if there is no such file. */
  JsonReader json(String name) {
    String uri = where + "/" + name;
    try {
      return JsonReader.of(
          holds(name) ? CanonicalJson.readObject(unpack(packed.get(name)), uri) : Map.of(),
          uri,
          error());
    } catch (DataException e) {
      throw error().apply(e.getMessage());
    }
  }

  /** Who is to blame for what they say. */
  Function<String, RuntimeException> error() {
    return published ? ArtifactException::new : DataException::new;
  }

  /** An error about them; {@code why} goes on after the name of the file. */
  RuntimeException wrong(String name, String why) {
    return error().apply(Text.of("%s/%s %s", where, name, why));
  }

  /** The chat template that a file holds, which goes before that of {@link #CONFIG}. */
  Optional<String> chat() {
    return holds(CHAT) ? Optional.of(text(CHAT)) : Optional.empty();
  }

  private static byte[] pack(byte[] content) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(byte[] packed) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // in memory
    }
  }
}
