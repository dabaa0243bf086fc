package io.accelerant.distill.decode;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Arrays;

/**
 * SchED, early exit from a decoder of fixed counts (dllm-decoders.md 4): once the mean margin of
 * logits reaches a threshold that falls from {@code high} to {@code low} over the steps, all that
 * is open gets its likeliest token. With blocks each has its own schedule and exit.
 *
 * @param base what is committed before
 * @param kappa of the exponential schedule
 * @param reading what the mean is over, and whether it is enough
 */
record Sched(Quota base, double high, double low, Shape shape, double kappa, Reading reading)
    implements UnmaskRule {
  /** How the threshold falls, with {@code u} in [0, 1]. */
  enum Shape {
    /** {@code low + (high - low) (1 + cos(pi u)) / 2}. */
    COSINE {
      @Override
      double weight(double u, double kappa) {
        return (1 + StrictMath.cos(Math.PI * u)) / 2;
      }
    },
    /** {@code high + (low - high) u}. */
    LINEAR {
      @Override
      double weight(double u, double kappa) {
        return 1 - u;
      }
    },
    /** {@code low + (high - low) exp(-kappa u)}. */
    EXPONENTIAL {
      @Override
      double weight(double u, double kappa) {
        return StrictMath.exp(-kappa * u);
      }
    };

    /** Of high; the rest is that of low. */
    abstract double weight(double u, double kappa);
  }

  /** Where paper and released code differ. */
  enum Reading {
    /**
     * The mean is over what is masked, and there is an exit only if none of it has another
     * likeliest token than one forward before: never at the first.
     */
    CODE,
    /** The mean is over the whole answer, and enough. */
    PAPER
  }

  Sched {
    if (low > high) {
      throw new ConfigException(
          Text.of("Method sched: low must be at most threshold (%s), is %s.", high, low));
    }
  }

  /** Of the mean margin at step k = 0, 1, .. of so many. */
  double threshold(int k, int steps) {
    double u = steps == 1 ? 1 : (double) k / (steps - 1);
    return steps == 1 ? low : low + (high - low) * shape.weight(u, kappa);
  }

  @Override
  public String label() {
    return Text.of(
        "sched, threshold %s to %s, %s, %s, over %s", high, low, shape, reading, base.label());
  }

  @Override
  public Steps begin() {
    return new Exit();
  }

  private final class Exit implements Steps {
    private static final int NONE = -1;

    /** Likeliest tokens of the block, one forward before. */
    private int[] before;

    @Override
    public Commit choose(MaskedRow row) {
      boolean settled = settled(row) || reading == Reading.PAPER;
      Quota.Plan plan = base.plan(row);
      double tau = threshold(plan.step(Quota.done(row)), plan.steps());
      int[] span = reading == Reading.PAPER ? row.block() : row.open();
      double mean =
          Arrays.stream(span)
              .mapToDouble(i -> Certainty.logitMargin(row.law(i)))
              .average()
              .orElseThrow();
      return settled && mean >= tau ? Commit.likeliest(row, row.open()) : base.choose(row);
    }

    private boolean settled(MaskedRow row) {
      if (before == null) {
        before = new int[row.length()];
        Arrays.fill(before, NONE);
      }
      boolean same = true;
      for (int i : row.open()) {
        int likeliest = row.law(i).likeliest();
        same &= before[i] == likeliest;
        before[i] = likeliest;
      }
      return same;
    }
  }
}
