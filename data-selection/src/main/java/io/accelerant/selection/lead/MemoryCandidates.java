package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows in memory, in groups in which only what was trained on moves. */
final class MemoryCandidates implements Candidates {
  private static final String ROWS = "changed.row";
  private static final String IDU = "changed.idu";
  private static final String USES = "changed.uses";

  private final PoolRows pool;
  private final Arm arm;
  private final int most;
  private final int clusters;
  private final boolean[] eligible;
  private final double[] initial;
  private final double[] utility;
  private final double[] idu;
  private final int[] uses;
  private final List<List<RowGroup>> groups = new ArrayList<>();

  /** Rows that were trained on, in the order in which they first were; as many as this says. */
  private int[] changed = new int[16];

  private int changes;

  /**
   * @param clusters of the pool, empty ones included
   * @param eligible by row, {@link Guard#eligible}
   * @param uses of a row, at most, {@link Rule#uses}
   * @param seed of a random utility
   */
  MemoryCandidates(PoolRows pool, Arm arm, int clusters, boolean[] eligible, int uses, long seed) {
    this.pool = pool;
    this.arm = arm;
    this.most = uses;
    this.clusters = arm.draw() == Arm.Draw.NONE ? 1 : clusters;
    this.eligible = eligible;
    this.initial = Utilities.of(arm.utility(), pool, seed);
    this.utility = initial.clone();
    this.idu = pool.initialLoss().clone();
    this.uses = new int[pool.count()];
    fill();
  }

  private void fill() {
    int tasks = isOneGroup() ? 1 : pool.taskNames().size();
    groups.clear();
    for (int k = 0; k < clusters; k++) {
      groups.add(Stream.generate(this::newGroup).limit(tasks).toList());
    }
    for (int row = 0; row < pool.count(); row++) {
      if (isOpen(row)) {
        group(row).add(row);
      }
    }
  }

  /** A single one is asked once, or, where a row may be used again, a few times. */
  private RowGroup newGroup() {
    return isOneGroup() ? RowGroup.plain(utility) : RowGroup.sorted(utility);
  }

  private boolean isOneGroup() {
    return arm.draw() == Arm.Draw.NONE;
  }

  private boolean isOpen(int row) {
    return eligible[row] && uses[row] < most;
  }

  private int task(int row) {
    return isOneGroup() ? 0 : pool.tasks()[row];
  }

  private RowGroup group(int row) {
    return groups.get(isOneGroup() ? 0 : pool.clusters()[row]).get(task(row));
  }

  @Override
  public long[] available(int cluster) {
    return groups.get(cluster).stream().mapToLong(RowGroup::size).toArray();
  }

  @Override
  public List<Candidate> top(int cluster, long[] quotas) {
    return IntStream.range(0, quotas.length)
        .boxed()
        .flatMap(
            task -> groups.get(cluster).get(task).first(quotas[task]).mapToObj(this::candidate))
        .toList();
  }

  private Candidate candidate(int row) {
    return new Candidate(row, pool.ids()[row], task(row), utility[row], idu[row], uses[row]);
  }

  @Override
  public void trained(int round, int cluster, List<Candidate> rows, double[] after) {
    for (int i = 0; i < after.length; i++) {
      int row = rows.get(i).row();
      group(row).remove(row); // before what orders it changes
      change(row, after[i], uses[row] + 1);
      if (isOpen(row)) {
        group(row).add(row);
      }
    }
  }

  private void change(int row, double newIdu, int newUses) {
    if (uses[row] == 0) {
      changed = changes < changed.length ? changed : Arrays.copyOf(changed, 2 * changes);
      changed[changes++] = row;
    }
    idu[row] = newIdu;
    uses[row] = newUses;
    utility[row] = arm.utility() == Arm.Utility.IDU ? newIdu : utility[row];
  }

  @Override
  public Map<String, Flat> state() {
    double[][] columns = new double[3][changes];
    for (int i = 0; i < changes; i++) {
      columns[0][i] = changed[i];
      columns[1][i] = idu[changed[i]];
      columns[2][i] = uses[changed[i]];
    }
    Map<String, Flat> state = new LinkedHashMap<>();
    state.put(ROWS, Flat.of(columns[0]));
    state.put(IDU, Flat.of(columns[1]));
    state.put(USES, Flat.of(columns[2]));
    return state;
  }

  @Override
  public void restore(int done, Map<String, Flat> state) {
    for (int i = 0; i < changes; i++) {
      int row = changed[i];
      idu[row] = pool.initialLoss()[row];
      utility[row] = initial[row];
      uses[row] = 0;
    }
    changes = 0;
    Flat rows = state.get(ROWS);
    for (int i = 0; i < rows.length(); i++) {
      change((int) rows.get(i), state.get(IDU).get(i), (int) state.get(USES).get(i));
    }
    fill();
  }
}
