package io.accelerant.core.model;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Location;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder as Hugging Face keeps a model: {@code config.json} and {@code model.safetensors}, or
 * {@code model.safetensors.index.json} with shards. It is read, not trusted: safetensors and JSON
 * only, names of shards are plain file names.
 */
final class ModelFolder {
  private static final String INDEX = Model.WEIGHTS + ".index.json";

  /** Files of a folder that a message lists. */
  private static final int MOST_NAMES = 12;

  private final Path folder;
  private final FileSystem files;
  private final Configuration hadoop;

  private ModelFolder(Path folder, FileSystem files, Configuration hadoop) {
    this.folder = folder;
    this.files = files;
    this.hadoop = hadoop;
  }

  /**
   * Where a tensor lies.
   *
   * @param file URI
   * @param stored its name there
   */
  private record Place(String file, String stored) {}

  /**
   * Which stored tensors become parameters.
   *
   * @param parameters name in the layout to place
   * @param tied tensors that must equal a parameter, place to name in the layout
   * @param harmless stored names that are known not to take part
   * @param unknown stored names that are not used
   */
  record Match(
      Map<String, Place> parameters,
      Map<Place, String> tied,
      List<String> harmless,
      List<String> unknown) {}

  /**
   * @param uri a URI, or a local path
   * @throws DataException if there is no {@code config.json}
   */
  static ModelFolder open(String uri, Configuration hadoop) {
    Path folder = Location.of(uri).path();
    try {
      ModelFolder opened = new ModelFolder(folder, folder.getFileSystem(hadoop), hadoop);
      if (!opened.holds(Model.CONFIG)) {
        throw new DataException(
            Text.of(
                "%s holds no %s; a model is a folder with %s and %s or %s.",
                uri, Model.CONFIG, Model.CONFIG, Model.WEIGHTS, INDEX));
      }
      return opened;
    } catch (IOException e) {
      throw new DataException("Cannot read " + uri + ": " + e.getMessage(), e);
    }
  }

  boolean holds(String name) {
    try {
      return files.exists(new Path(folder, name));
    } catch (IOException e) {
      throw cannotRead(name, e);
    }
  }

  /** URI of a file, for errors too. */
  String uri(String name) {
    Path path = new Path(folder, name);
    return path.toUri().getScheme().equals("file") ? path.toUri().getPath() : path.toString();
  }

  byte[] read(String name) {
    try (InputStream in = files.open(new Path(folder, name))) {
      return in.readNBytes(CanonicalJson.MAX_BYTES + 1);
    } catch (IOException e) {
      throw cannotRead(name, e);
    }
  }

  private DataException cannotRead(String name, IOException e) {
    return e instanceof FileNotFoundException
        ? new DataException(uri(name) + " does not exist.", e)
        : new DataException("Cannot read " + uri(name) + ": " + e.getMessage(), e);
  }

  Map<String, Object> config() {
    return CanonicalJson.readObject(read(Model.CONFIG), uri(Model.CONFIG));
  }

  /** Names of the files of weights. */
  private List<String> shards() {
    if (holds(Model.WEIGHTS)) {
      return List.of(Model.WEIGHTS);
    }
    if (!holds(INDEX)) {
      throw new DataException(
          Text.of(
              "%s holds neither %s nor %s but %s; save the model with safe_serialization=True (a"
                  + " pickle, such as .bin or .pt, can run code and is not read).",
              folder, Model.WEIGHTS, INDEX, names()));
    }
    return List.copyOf(new TreeSet<>(weightMap().values()));
  }

  private List<String> names() {
    try {
      return Arrays.stream(files.listStatus(folder))
          .map(status -> status.getPath().getName())
          .sorted()
          .limit(MOST_NAMES)
          .toList();
    } catch (IOException e) {
      throw cannotRead("", e);
    }
  }

  private Map<String, String> weightMap() {
    Object map = CanonicalJson.readObject(read(INDEX), uri(INDEX)).get("weight_map");
    if (!(map instanceof Map<?, ?> found) || found.isEmpty()) {
      throw new DataException(uri(INDEX) + ": weight_map must map tensors to files.");
    }
    Map<String, String> weights = new LinkedHashMap<>();
    found.forEach(
        (tensor, file) -> {
          if (!(file instanceof String name)
              || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors")) {
            throw new DataException(
                Text.of(
                    "%s: tensor %s lies in \"%s\"; it must be the name of a safetensors file beside"
                        + " it.",
                    uri(INDEX), tensor, file));
          }
          weights.put((String) tensor, name);
        });
    return weights;
  }

  /** SHA-256 over the hashes of configuration and weights. */
  String hash() {
    Map<String, String> hashes = new TreeMap<>();
    List<String> names = new ArrayList<>(shards());
    names.add(Model.CONFIG);
    for (String name : names) {
      try (InputStream in = files.open(new Path(folder, name))) {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        byte[] chunk = new byte[1 << 16];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          sha.update(chunk, 0, n);
        }
        hashes.put(name, HexFormat.of().formatHex(sha.digest()));
      } catch (IOException e) {
        throw cannotRead(name, e);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
    return CanonicalJson.sha256Of(hashes);
  }

  /**
   * Finds every parameter of a network, and checks its shape, without reading numbers.
   *
   * @throws DataException if one is missing, is there twice, or has another shape
   */
  Match match(NetworkSpec network) {
    StoredNames names = StoredNames.of(network);
    Layout layout = network.layout();
    Match match =
        new Match(
            new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    Map<String, Layout.Tensor> wanted = new LinkedHashMap<>();
    layout.tensors().forEach(t -> wanted.put(t.name(), t));
    Map<String, String> found = new LinkedHashMap<>();
    for (String shard : shards()) {
      String file = uri(shard);
      try (SafetensorsFile opened = InputFile.safetensors(file, hadoop)) {
        for (String stored : opened.names()) {
          found.put(stored, shard);
          sort(match, names, wanted, opened, new Place(file, stored));
        }
      }
    }
    requireIndexed(found);
    takeCopies(match);
    requireAll(wanted, match);
    return match;
  }

  private static void sort(
      Match match,
      StoredNames names,
      Map<String, Layout.Tensor> wanted,
      SafetensorsFile opened,
      Place place) {
    String name = names.inLayout(place.stored(), wanted.keySet());
    Optional<String> tied = names.tied(name);
    if (wanted.containsKey(name)) {
      Model.requireShape(opened, place.stored(), wanted.get(name), place.file());
      Place other = match.parameters().put(name, place);
      if (other != null) {
        throw new DataException(
            Text.of(
                "Parameter %s is there twice: %s in %s and %s in %s.",
                name, other.stored(), other.file(), place.stored(), place.file()));
      }
    } else if (tied.isPresent()) {
      Model.requireShape(opened, place.stored(), wanted.get(tied.get()), place.file());
      match.tied().put(place, tied.get());
    } else {
      (names.isHarmless(name) ? match.harmless() : match.unknown()).add(place.stored());
    }
  }

  /** Tied tensors are saved once, under either name. */
  private static void takeCopies(Match match) {
    match
        .tied()
        .entrySet()
        .removeIf(copy -> match.parameters().putIfAbsent(copy.getValue(), copy.getKey()) == null);
  }

  private void requireAll(Map<String, Layout.Tensor> wanted, Match match) {
    List<String> missing = new ArrayList<>();
    wanted.forEach(
        (name, t) -> {
          if (!match.parameters().containsKey(name)) {
            missing.add(name + " " + t.shape());
          }
        });
    if (!missing.isEmpty()) {
      String more = missing.size() > 3 ? " and " + (missing.size() - 3) + " more" : "";
      throw new DataException(
          Text.of(
              "%s lacks tensors that %s asks for: %s%s; tensors not known: %s.",
              folder,
              Model.CONFIG,
              String.join(", ", missing.subList(0, Math.min(3, missing.size()))),
              more,
              match.unknown().isEmpty() ? "none" : match.unknown().stream().limit(3).toList()));
    }
  }

  /**
   * A shard that is not the one of the index is a mixed-up download.
   *
   * @param found tensor to the shard that holds it
   */
  private void requireIndexed(Map<String, String> found) {
    if (holds(Model.WEIGHTS)) {
      return;
    }
    Map<String, String> index = weightMap();
    Set<String> names = new LinkedHashSet<>(index.keySet());
    names.addAll(found.keySet());
    for (String name : names) {
      String file = index.get(name);
      if (file == null || !file.equals(found.get(name))) {
        throw new DataException(
            Text.of(
                "%s says that tensor %s lies in %s, but %s holds it.",
                uri(INDEX), name, file, found.getOrDefault(name, "no shard")));
      }
    }
  }

  /**
   * Reads the weights, F16 and BF16 widened to float32.
   *
   * @throws DataException if a number is not finite, a type is not known, or a copy of a tied
   *     tensor differs
   */
  Model load(NetworkSpec network, Match match) {
    Layout layout = network.layout();
    float[] flat = new float[layout.size()];
    for (String shard : shards()) {
      String file = uri(shard);
      try (SafetensorsFile opened = InputFile.safetensors(file, hadoop)) {
        match
            .parameters()
            .forEach(
                (name, place) -> {
                  if (place.file().equals(file)) {
                    Model.copy(opened, place.stored(), layout.find(name), flat, file);
                  }
                });
      }
    }
    match.tied().forEach((place, name) -> requireEqual(place, layout.find(name), flat));
    return new Model(network, flat);
  }

  private void requireEqual(Place place, Layout.Tensor t, float[] flat) {
    try (SafetensorsFile opened = InputFile.safetensors(place.file(), hadoop)) {
      float[] copy = opened.tensor(place.stored()).toFloats();
      if (!Arrays.equals(copy, 0, copy.length, flat, t.offset(), t.offset() + t.size())) {
        throw new DataException(
            Text.of(
                "%s: tensor %s differs from %s, to which %s ties it; set tie_word_embeddings to"
                    + " false there if the model has both.",
                place.file(), place.stored(), t.name(), Model.CONFIG));
      }
    }
  }
}
