package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.json.CanonicalJson;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Numbers whose bits were recorded once. They depend on the kernel of the machine, which its
 * fingerprint names; where nothing was recorded for it, there is nothing to hold.
 */
public final class Bits {
  private Bits() {}

  /**
   * @param recorded hash by fingerprint
   */
  public static void assertBits(float[] numbers, Map<String, String> recorded) {
    String fingerprint = Engine.start(1, "auto").fingerprint();
    String hash = hash(numbers);
    assumeTrue(recorded.containsKey(fingerprint), fingerprint + " has " + hash);
    assertThat(hash).isEqualTo(recorded.get(fingerprint));
  }

  private static String hash(float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length);
    bytes.asFloatBuffer().put(numbers);
    return CanonicalJson.sha256(bytes.array()).substring(0, 16);
  }
}
