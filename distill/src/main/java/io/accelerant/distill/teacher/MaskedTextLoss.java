package io.accelerant.distill.teacher;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import io.accelerant.distill.discrete.CrossEntropy;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.ForwardProcess;
import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;

/**
 * The bound on -log p(x_0) that a masked diffusion model is trained on, in nats per position:
 *
 * <pre>
 * E_t E_{x_t ~ q(. | x_0)} w(t) / L  sum over masked i of -log p(x0_i | x_t),  t ~ U[tMin, 1]
 * </pre>
 *
 * with {@link CrossEntropy#weight} w(t) = 1/t for loglinear noise (Sahoo et al., "Simple and
 * Effective Masked Diffusion Language Models"; Ou et al., RADD). Times are spread evenly over the
 * union batch. The logit of MASK, which a teacher leaves out, takes part here, so that what is
 * measured is a little above the bound of the teacher. A record is the tokens of a window, two
 * bytes each, as {@link #record} has it.
 *
 * @param microBatch windows of one program
 */
record MaskedTextLoss(
    TokenNetwork network, DiffusionProcess process, int length, double tMin, int microBatch)
    implements Loss {
  private static final long TIME = RandomStream.purpose("teacher.time");
  private static final long MASKS = RandomStream.purpose("teacher.masks");

  /** Networks of {@code core.nn} take times in [0, 1] times 1000. */
  private static final float TIME_SCALE = 1000;

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch, length);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    scopes.crossEntropy(network.logits(scopes.of(NETWORK), shape));
  }

  @Override
  public void set(Program program, Batch batch) {
    int[] tokens = new int[microBatch * length];
    int[] targets = new int[microBatch * length];
    double[] weights = new double[microBatch * length];
    float[] times = new float[microBatch];
    Arrays.fill(tokens, process.mask());
    for (int i = 0; i < batch.size(); i++) {
      double t = tMin + (1 - tMin) * batch.stratified(i, TIME);
      int[] clean = tokens(batch.records().get(i));
      int[] noisy = ForwardProcess.corrupt(process, clean, t, batch.stream(i, MASKS));
      double weight = CrossEntropy.weight(process, t) / (length * (double) batch.union());
      for (int j = 0; j < length; j++) {
        tokens[i * length + j] = noisy[j];
        targets[i * length + j] = clean[j];
        weights[i * length + j] = noisy[j] == process.mask() ? weight : 0;
      }
      times[i] = TIME_SCALE * (float) t;
    }
    program.set("tokens", tokens).set("targets", targets).set("weights", weights);
    if (network.timed()) {
      program.set("time", times);
    }
  }

  /**
   * @param tokens below 2^16
   */
  static byte[] record(int[] tokens) {
    ByteBuffer record = ByteBuffer.allocate(Short.BYTES * tokens.length);
    for (int token : tokens) {
      record.putShort((short) token);
    }
    return record.array();
  }

  private static int[] tokens(byte[] record) {
    ShortBuffer values = ByteBuffer.wrap(record).asShortBuffer();
    int[] tokens = new int[values.remaining()];
    Arrays.setAll(tokens, i -> Short.toUnsignedInt(values.get(i)));
    return tokens;
  }
}
