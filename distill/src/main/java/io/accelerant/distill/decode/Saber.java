package io.accelerant.distill.decode;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Saber (dllm-decoders.md 6): counts that adapt, and backtracking. A forward commits all positions
 * whose confidence {@code c = max p} is above the mean confidence of all that was ever committed,
 * at least {@code count}; then it masks those of the block again whose confidence has risen least
 * since the forward before, fewer than it has committed. As in the released code, a rise is one of
 * the likeliest token now, whichever was committed, what is masked again stays in the mean, and
 * what was just committed may be masked again.
 *
 * @param count positions a forward at least
 */
record Saber(int count) implements UnmaskRule {
  @Override
  public String label() {
    return "saber, count " + count;
  }

  @Override
  public Steps begin() {
    return new Memory();
  }

  private final class Memory implements Steps {
    /** Confidence at the forward before; 0 before the first of a block. */
    private double[] last;

    /** Confidence when a position was committed; not a number if it never was. */
    private double[] committed;

    @Override
    public Commit choose(MaskedRow row) {
      if (last == null) {
        last = new double[row.length()];
        committed = new double[row.length()];
        Arrays.fill(committed, Double.NaN);
      }
      double[] c = new double[row.length()];
      double[] rise = new double[row.length()];
      for (int i : row.block()) {
        c[i] = Certainty.confidence(row.law(i));
        rise[i] = c[i] - last[i];
      }
      last = c;
      double tau = threshold();
      Ranking ranking = Ranking.of(row.open(), i -> c[i]);
      int accepted = Math.max(count, ranking.passing((rank, confidence) -> confidence > tau));
      int[] positions = ranking.first(Math.min(accepted, row.open().length));
      for (int i : positions) {
        committed[i] = c[i];
      }
      Commit commit = Commit.drawn(row, positions);
      return positions.length == row.open().length
          ? commit
          : commit.masking(leastRisen(row, positions, rise, again(accepted)));
    }

    private double threshold() {
      return Arrays.stream(committed).filter(c -> !Double.isNaN(c)).average().orElse(1);
    }

    private int[] leastRisen(MaskedRow row, int[] fresh, double[] rise, int number) {
      int[] filled =
          IntStream.concat(
                  Arrays.stream(row.block()).filter(i -> row.committedAt(i) > 0),
                  Arrays.stream(fresh))
              .sorted()
              .toArray();
      return Ranking.of(filled, i -> -rise[i]).first(number);
    }
  }

  /** Positions that are masked again after so many were committed: fewer. */
  int again(int accepted) {
    return Math.min(Math.max(count / 2, (accepted + 7) / 8), accepted - 1);
  }
}
