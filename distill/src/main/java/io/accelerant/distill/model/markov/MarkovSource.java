package io.accelerant.distill.model.markov;

import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What travels to the tasks in place of a Markov chain's model. */
public record MarkovSource(MarkovChain chain, DiffusionProcess process, int length)
    implements DiscreteSource {
  /**
   * sha256 of the order, V, the start law and the transition law, big-endian; not of process and
   * length.
   */
  @Override
  public String modelHash() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    digest.update(ByteBuffer.allocate(8).putInt(chain.order()).putInt(chain.symbols()).array());
    update(digest, chain.start());
    update(digest, chain.transition());
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, double[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(8);
    for (double number : numbers) {
      digest.update(bytes.putDouble(0, number).array());
    }
  }

  @Override
  public DiscreteModel open() {
    return new MarkovModel(chain, process, length);
  }
}
