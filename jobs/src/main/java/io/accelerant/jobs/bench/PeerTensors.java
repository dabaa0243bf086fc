package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The tensors that a peer starts from, in a file {@value #FILE}. */
final class PeerTensors {
  static final String FILE = "tensors.safetensors";

  private final List<Tensor> tensors = new ArrayList<>();

  /** All parameters of a network, their names behind a prefix. */
  PeerTensors add(String prefix, NetworkSpec network, float[] numbers) {
    for (Layout.Tensor t : network.layout().tensors()) {
      long[] shape = Arrays.stream(t.dimensions()).asLongStream().toArray();
      tensors.add(
          Tensor.of(
              prefix + t.name(),
              shape,
              Arrays.copyOfRange(numbers, t.offset(), t.offset() + t.size())));
    }
    return this;
  }

  PeerTensors add(String name, float[] numbers, long... shape) {
    tensors.add(Tensor.of(name, shape, numbers));
    return this;
  }

  void write(Scratch scratch) {
    scratch.write(FILE, Safetensors.bytes(tensors, Map.of()));
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
