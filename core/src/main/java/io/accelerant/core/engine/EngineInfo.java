package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What decides the bits of float32 results on this machine, for the manifest.
 *
 * @param library name and version of the engine
 * @param blas vendor of the BLAS in use
 * @param kernel OPENBLAS_CORETYPE of the process, or {@code auto}
 * @param fingerprint checksum of the bits of some matrix products: equal fingerprints mean that two
 *     machines multiply alike
 * @param threads threads of one numeric task
 */
public record EngineInfo(
    String library, String blas, String kernel, String fingerprint, int threads)
    implements Serializable {

  /** Odd sizes, so that every remainder loop of a kernel takes part. */
  private static final int[][] SIZES = {{67, 259, 131}, {256, 1024, 64}, {5, 33, 7}};

  static EngineInfo of(int threads) {
    Package nd4j = Nd4j.class.getPackage();
    String version = Optional.ofNullable(nd4j.getImplementationVersion()).orElse("1.0.0-M2.1");
    return new EngineInfo(
        "ND4J " + version,
        Nd4j.factory().blas().getBlasVendor().name().toLowerCase(java.util.Locale.ROOT),
        Optional.ofNullable(System.getenv("OPENBLAS_CORETYPE"))
            .map(k -> k.toLowerCase(java.util.Locale.ROOT))
            .orElse("auto"),
        multiply(),
        threads);
  }

  private static String multiply() {
    CRC32 checksum = new CRC32();
    for (int[] size : SIZES) {
      Graph g = new Graph(Precision.FLOAT32);
      Value a = g.input("a", 2, size[0], size[1]);
      Value b = g.input("b", 2, size[1], size[2]);
      g.output("batched", a.matmul(b));
      g.output("plain", a.reshape(2 * size[0], size[1]).matmul(b.reshape(size[1], 2 * size[2])));
      try (Program p = g.forward()) {
        p.set("a", numbers(2 * size[0] * size[1])).set("b", numbers(2 * size[1] * size[2])).run();
        for (String output : new String[] {"batched", "plain"}) {
          for (float x : p.floats(output)) {
            int bits = Float.floatToRawIntBits(x);
            checksum.update(
                new byte[] {
                  (byte) bits, (byte) (bits >> 8), (byte) (bits >> 16), (byte) (bits >> 24)
                });
          }
        }
      }
    }
    return Text.of("%08x", checksum.getValue());
  }

  /** Numbers whose sums round, the same everywhere. */
  static float[] numbers(int n) {
    float[] numbers = new float[n];
    int state = 1;
    for (int i = 0; i < n; i++) {
      state = state * 1664525 + 1013904223;
      numbers[i] = (state >> 8) * 0x1p-23f;
    }
    return numbers;
  }

  @Override
  public String toString() {
    return String.join(
        ", ",
        Arrays.asList(library, blas, "kernel " + kernel + " " + fingerprint, threads + " threads"));
  }
}
