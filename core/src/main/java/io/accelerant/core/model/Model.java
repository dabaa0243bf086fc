package io.accelerant.core.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.safetensors.Dtype;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/**
 * A network and its weights.
 *
 * @param parameters in the order of {@code network.layout()}; not copied
 */
public record Model(NetworkSpec network, float[] parameters) {
  /** Kind of the artifacts that hold a model. */
  public static final String KIND = Manifest.MODEL;

  /** Content of {@link NetworkSpec#config} and what else loaders want, such as token ids. */
  public static final String CONFIG = "config.json";

  /** All parameters, in F32, under the names of the layout. */
  public static final String WEIGHTS = "model.safetensors";

  /** The weights as training left them, where {@link #WEIGHTS} are their average; same names. */
  public static final String RAW_WEIGHTS = "model-raw.safetensors";

  public Model {
    int size = network.layout().size();
    if (parameters.length != size) {
      throw new IllegalArgumentException(
          Text.of("the network has %d parameters, got %d", size, parameters.length));
    }
  }

  /**
   * Reads a published model; every byte is verified.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is none, it is of another kind, or damaged
   */
  public static Model open(String uri, Configuration hadoop, String what) {
    return read(Artifact.open(uri, hadoop).requireKind(KIND, what));
  }

  /** As {@link #open}, of an artifact that is a model. */
  public static Model read(Artifact artifact) {
    return read(artifact, WEIGHTS);
  }

  /**
   * As {@link #read(Artifact)}, with the weights of another file of the same tensors.
   *
   * @param weights name of the file, see {@link #writeWeights}
   */
  public static Model read(Artifact artifact, String weights) {
    String where = artifact.uri() + "/";
    try (SafetensorsFile file = artifact.safetensors(weights)) {
      NetworkSpec network = Networks.of(artifact.readJson(CONFIG), where + CONFIG);
      Layout layout = network.layout();
      requireHeap(layout, artifact.uri());
      float[] flat = new float[layout.size()];
      for (Layout.Tensor t : layout.tensors()) {
        copy(file, t.name(), t, flat, where + weights);
      }
      return new Model(network, flat);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  /**
   * Checks that the parameters can be read: all of them, and the largest tensor twice.
   *
   * @throws io.accelerant.core.error.ConfigException if the heap is too small
   */
  static void requireHeap(Layout layout, String where) {
    long largest = layout.tensors().stream().mapToLong(Layout.Tensor::size).max().orElse(0);
    NativeMemory.checkOwnHeap(
        Float.BYTES * (layout.size() + 2 * largest),
        Text.of("Reading the %,d parameters of %s", layout.size(), where));
  }

  /**
   * Copies one tensor into its place, widened to float32.
   *
   * @throws DataException if it has another shape, is of a type that is not widened exactly, or
   *     holds a number that is not finite
   */
  static void copy(
      SafetensorsFile file, String stored, Layout.Tensor t, float[] flat, String where) {
    requireShape(file, stored, t, where);
    float[] numbers = file.tensor(stored).toFloats();
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw new DataException(
            Text.of(
                "%s: tensor %s holds %s; a model needs finite weights.", where, stored, number));
      }
    }
    System.arraycopy(numbers, 0, flat, t.offset(), numbers.length);
  }

  static void requireShape(SafetensorsFile file, String stored, Layout.Tensor t, String where) {
    if (!file.names().contains(stored)) {
      throw new DataException(
          Text.of("%s holds no tensor %s of shape %s.", where, stored, t.shape()));
    }
    long[] expected = Arrays.stream(t.dimensions()).asLongStream().toArray();
    if (!Arrays.equals(file.shape(stored), expected)) {
      throw new DataException(
          Text.of(
              "%s: tensor %s must have shape %s by %s, has %s.",
              where, stored, t.shape(), CONFIG, Arrays.toString(file.shape(stored))));
    }
  }

  /**
   * Writes {@link #CONFIG} and {@link #WEIGHTS}.
   *
   * @param extra further keys of the configuration; those of the network win
   */
  public void write(ArtifactWriter artifact, Map<String, ?> extra) {
    writeConfig(artifact, extra, "float32");
    writeWeights(artifact, WEIGHTS);
  }

  /** As {@link #write}, in 16 bits, to which the parameters must have been rounded. */
  public void writeHalf(ArtifactWriter artifact, Map<String, ?> extra) {
    writeConfig(artifact, extra, "float16");
    List<Safetensors.Entry> narrow =
        tensors(network.layout(), parameters, name -> true).stream()
            .map(
                wide ->
                    new Safetensors.Entry(
                        wide.name(),
                        Dtype.F16,
                        wide.shape(),
                        () ->
                            Tensor.asHalf(
                                wide.name(), wide.shape(), wide.tensor().get().toFloats())))
            .toList();
    write(artifact, WEIGHTS, narrow);
  }

  private void writeConfig(ArtifactWriter artifact, Map<String, ?> extra, String type) {
    Map<String, Object> config = new LinkedHashMap<>(network.config());
    config.put("torch_dtype", type);
    extra.forEach(config::putIfAbsent);
    artifact.writeJson(CONFIG, config);
  }

  /**
   * Parameters as tensors of a file, each cut out when it is written.
   *
   * @param layout of the parameters
   * @param which of the layout's names
   */
  public static List<Safetensors.Entry> tensors(
      Layout layout, float[] parameters, Predicate<String> which) {
    List<Safetensors.Entry> tensors = new ArrayList<>();
    for (Layout.Tensor t : layout.tensors()) {
      if (which.test(t.name())) {
        long[] shape = Arrays.stream(t.dimensions()).asLongStream().toArray();
        int end = t.offset() + t.size();
        Supplier<Tensor> tensor =
            () -> Tensor.of(t.name(), shape, Arrays.copyOfRange(parameters, t.offset(), end));
        tensors.add(new Safetensors.Entry(t.name(), Dtype.F32, shape, tensor));
      }
    }
    return tensors;
  }

  /** Writes all parameters under the names of the layout into one safetensors file. */
  public void writeWeights(ArtifactWriter artifact, String name) {
    write(artifact, name, tensors(network.layout(), parameters, tensor -> true));
  }

  /** Writes a safetensors file as PyTorch's loaders want it. */
  static void write(ArtifactWriter artifact, String name, List<Safetensors.Entry> tensors) {
    try (OutputStream out = artifact.create(name)) {
      Safetensors.writeEach(out, tensors, Map.of("format", "pt"));
    } catch (IOException e) {
      throw new ArtifactException("Cannot write " + name + ": " + e.getMessage(), e);
    }
  }
}
