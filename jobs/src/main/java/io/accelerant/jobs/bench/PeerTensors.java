package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.safetensors.Dtype;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a peer starts from, in a file {@value #FILE} that its script reads by {@value
 * #READER}.
 */
final class PeerTensors {
  static final String FILE = "tensors.safetensors";

  /** Stands beside every script. */
  static final String READER = "peer_tensors.py";

  private final List<Safetensors.Entry> tensors = new ArrayList<>();

  /** All parameters of a network. */
  PeerTensors add(NetworkSpec network, float[] numbers) {
    return add("", network, numbers);
  }

  /** All parameters of a network, their names behind a prefix. */
  PeerTensors add(String prefix, NetworkSpec network, float[] numbers) {
    Layout layout = network.layout();
    for (Safetensors.Entry entry : Model.tensors(layout, numbers, name -> true)) {
      tensors.add(
          new Safetensors.Entry(
              prefix + entry.name(), entry.dtype(), entry.shape(), entry.tensor()));
    }
    return this;
  }

  PeerTensors add(String name, float[] numbers, long... shape) {
    tensors.add(
        new Safetensors.Entry(name, Dtype.F32, shape, () -> Tensor.of(name, shape, numbers)));
    return this;
  }

  void write(Scratch scratch) {
    try (OutputStream out = Files.newOutputStream(scratch.at(FILE))) {
      Safetensors.writeEach(out, tensors, Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Parameters of a network as it begins, moved a little, since much of a new one is zero.
   *
   * @param jitter deviation of what is added
   * @param bench whose they are
   */
  static float[] moved(NetworkSpec network, double jitter, String bench) {
    double[] initial = network.initial(1);
    RandomStream stream = new RandomStream(1, RandomStream.purpose("bench." + bench), 0, 0);
    float[] numbers = new float[initial.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (initial[i] + jitter * stream.nextGaussian());
    }
    return numbers;
  }
}
