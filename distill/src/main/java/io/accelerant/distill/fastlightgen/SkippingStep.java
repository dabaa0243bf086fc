package io.accelerant.distill.fastlightgen;

import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import java.util.List;
import java.util.Locale;

/**
 * Stage II: a network learns to do without some of its blocks, which change from update to update,
 * the same for all workers. With {@code f_p} its velocity without them, {@code f_u} that of a whole
 * network and {@code v*} that of the data,
 *
 * <pre>
 * L = alpha |f_p - f_u|^2 + (1 - alpha) |f_p - v*|^2
 * </pre>
 *
 * whose gradient is that of one regression on {@code alpha f_u + (1 - alpha) v*}. Times are {@code
 * sigmoid(N(0, 1))}; now and then the class is left out, so that both depths can be guided. Total:
 * {@code loss}.
 *
 * @param network of both roles
 * @param target whose {@code f_u}
 * @param dropout how often the class is left out
 */
record SkippingStep(
    PatchTransformer network,
    BlockDraw draw,
    Target target,
    double alpha,
    double dropout,
    int microBatch)
    implements RoundStep {
  /** The role that is frozen. */
  static final String TEACHER = "teacher";

  private static final long TIME = RandomStream.purpose("fastlightgen.time");
  private static final long NOISE = RandomStream.purpose("fastlightgen.data");
  private static final long DROP = RandomStream.purpose("fastlightgen.dropout");

  /** Whose velocity is regressed on. */
  enum Target {
    /** That of the network that stage II began with. */
    FROZEN,
    /**
     * That of the network as it is, with all blocks. Nothing ties it to data: that all skipped
     * blocks do nothing is a solution without loss.
     */
    SHARED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    NoisedData data = data(batch);
    double[] whole = alpha > 0 ? whole(programs, data.rows()) : data.velocity();
    double[] wanted = new double[whole.length];
    double apart = 0;
    for (int i = 0; i < wanted.length; i++) {
      double difference = whole[i] - data.velocity()[i];
      wanted[i] = data.velocity()[i] + alpha * difference;
      apart += difference * difference;
    }
    List<Integer> skipped = draw.skipped(batch.seed(), batch.round());
    List<Integer> run = network.keep().stream().filter(b -> !skipped.contains(b)).toList();
    double error =
        new RoleVelocity(programs, Loss.NETWORK, network, run, microBatch)
            .regress(data.rows(), wanted, batch.union(), sums);
    double constant = alpha * (1 - alpha) * apart / network.numbers() / batch.union();
    return sums.addTotal(ErrorStep.LOSS, error + constant);
  }

  private double[] whole(Programs programs, Rows rows) {
    String role = target == Target.SHARED ? Loss.NETWORK : TEACHER;
    return new RoleVelocity(programs, role, network, microBatch).at(rows);
  }

  private NoisedData data(Batch batch) {
    double[] t = new double[batch.size()];
    int[] labels = NoisedData.labels(batch);
    for (int i = 0; i < t.length; i++) {
      t[i] = 1 / (1 + StrictMath.exp(-batch.stream(i, TIME).nextGaussian()));
      if (batch.stream(i, DROP).nextDouble() < dropout) {
        labels[i] = network.classes();
      }
    }
    return NoisedData.of(
        NoisedData.data(batch, network.numbers()), t, labels, i -> batch.stream(i, NOISE));
  }
}
