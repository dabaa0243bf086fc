package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.BlockStates;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Scopes;
import io.accelerant.core.train.Sums;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The influence of each block of a role's network on the data and levels of an {@link ErrorStep}.
 * Totals: {@code influence.<block>}, means over data and levels.
 */
record InfluenceStep(ErrorStep on) implements RoundStep {

  /** Name of the total of a block. */
  static String influence(int block) {
    return "influence." + block;
  }

  /** The network with what its blocks read and leave. */
  private record States(String role, PatchTransformer network, int microBatch)
      implements Objective {
    @Override
    public Map<String, NetworkSpec> networks() {
      return Map.of(role, network);
    }

    @Override
    public List<String> differentiated() {
      return List.of();
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      new BlockStates(network).build(scopes.of(role), shape);
    }

    @Override
    public BatchShape shape() {
      return BatchShape.of(microBatch);
    }

    @Override
    public void set(Program program, Batch batch) {
      throw new UnsupportedOperationException("states are no batch of records");
    }
  }

  @Override
  public Sums on(Programs programs, Batch batch) {
    Sums sums = new Sums();
    PatchTransformer network = on.network();
    States states = new States(on.role(), network, on.microBatch());
    for (int k = 0; k < on.levels().length; k++) {
      Rows rows = on.data(batch, k).rows();
      for (int from = 0; from < rows.count(); from += on.microBatch()) {
        int count = Math.min(on.microBatch(), rows.count() - from);
        Program program = programs.forward(states, states.shape());
        RoleVelocity.set(program, network, on.microBatch(), rows, from, count);
        program.run();
        double share = (double) count / batch.union() / on.levels().length;
        List<Integer> kept = network.keep();
        for (int i = 0; i < kept.size(); i++) {
          int next = i + 1 < kept.size() ? kept.get(i + 1) : network.layers();
          sums.addTotal(
              influence(kept.get(i)),
              share * influence(program, kept.get(i), next, count, network.width()));
        }
      }
    }
    return sums;
  }

  private double influence(Program program, int block, int next, int count, int width) {
    double[] before = program.doubles(BlockStates.before(block));
    double[] after = program.doubles(BlockStates.before(next));
    int own = before.length / on.microBatch() * count;
    return Importance.influence(Arrays.copyOf(before, own), Arrays.copyOf(after, own), width);
  }
}
