package io.accelerant.core.train;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import java.io.Serializable;

/**
 * A loss whose gradient the engine computes: a network, the shape of a micro-batch, and how records
 * become inputs of its training program.
 */
public interface Loss extends Serializable {
  NetworkSpec network();

  /** Shape of one micro-batch; a worker's batch is cut into as many as it needs. */
  BatchShape shape();

  /**
   * Sets every input of a training program; it must be a pure function of the batch. Each example
   * is weighted by {@code 1 / batch.union()}, so that gradients add up over workers; rows past
   * {@code batch.size()} are padding and weigh nothing.
   */
  void set(Program program, Batch batch);
}
