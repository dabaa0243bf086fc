package io.accelerant.distill.model.network;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * The programs of one network that one task has on loan, by number of rows, its parameters set. Not
 * thread-safe.
 */
final class ForwardPrograms implements AutoCloseable {
  /** Rows of a program; what is left of a batch is padded. */
  static final Buckets BATCHES = Buckets.of(8, 64);

  /** Networks of {@code core.nn} take diffusion times in [0, 1] times 1000. */
  static final double TIME_SCALE = 1000;

  private final NetworkSpec network;
  private final float[] parameters;
  private final int length;
  private final ProgramPool pool;
  private final Map<Integer, ProgramPool.Lease> leases = new HashMap<>();

  /**
   * @param length tokens of a row; 1 for networks without a sequence
   */
  ForwardPrograms(NetworkSpec network, float[] parameters, int length, ProgramPool pool) {
    this.network = network;
    this.parameters = parameters;
    this.length = length;
    this.pool = pool;
  }

  Program of(int rows) {
    return leases
        .computeIfAbsent(
            rows,
            size -> {
              ProgramPool.Lease lease =
                  network.forward(pool, Precision.FLOAT32, BatchShape.of(size, length));
              lease.program().setParameters(parameters);
              return lease;
            })
        .program();
  }

  @Override
  public void close() {
    leases.values().forEach(ProgramPool.Lease::close);
    leases.clear();
  }
}
