package io.accelerant.selection.subset;

import io.accelerant.core.random.Bounds;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * Which block of positions each round takes from {@code rows} records.
 *
 * @param rows N
 * @param size k, records of a round; where it is {@code balanced}, the rounded mean
 * @param slots m, rounds that one permutation serves
 * @param balanced whether the N records of a pass are dealt to the m rounds without remainder, so
 *     that sizes differ by one at most; else {@code N - m k} records sit out, others in every pass
 */
public record SubsetPlan(SubsetMode mode, long rows, long size, int slots, boolean balanced)
    implements Serializable {

  public SubsetPlan {
    boolean fits = BigInteger.valueOf(size).multiply(BigInteger.valueOf(slots)).bitLength() < 63;
    if (rows < 0 || size < 0 || size > rows || slots < 1 || !fits) {
      throw new IllegalArgumentException(
          Text.of("%d rounds of %d records do not fit into %d records", slots, size, rows));
    }
    if (mode != SubsetMode.WITHOUT_REPLACEMENT && (slots != 1 || balanced)) {
      throw new IllegalArgumentException(
          mode.label() + " has one round a pass, and nothing to balance");
    }
    if (!balanced && size * slots > rows) {
      throw new IllegalArgumentException(
          Text.of("%d rounds of %d records do not fit into %d records", slots, size, rows));
    }
  }

  /**
   * The plan of a selection ratio: {@code k = round(r N)}; without replacement {@code m = floor(N /
   * k)}, balanced {@code m = round(1 / r)}.
   *
   * @param ratio r, in (0, 1]
   */
  public static SubsetPlan of(SubsetMode mode, long rows, double ratio, boolean balanced) {
    long size = size(rows, ratio);
    if (mode != SubsetMode.WITHOUT_REPLACEMENT) {
      return new SubsetPlan(mode, rows, size, 1, balanced);
    }
    return new SubsetPlan(mode, rows, size, slots(rows, size, ratio, balanced), balanced);
  }

  private static int slots(long rows, long size, double ratio, boolean balanced) {
    if (balanced) {
      return Math.toIntExact(Math.max(1, Math.round(1 / ratio)));
    }
    return size == 0 ? 1 : Math.toIntExact(rows / size);
  }

  /**
   * {@code round(r N)}, halves up, of the ratio as it is written in decimal: 0.145 of 1,000 is 145,
   * though the double of that name is a little less.
   */
  public static long size(long rows, double ratio) {
    if (!(ratio > 0 && ratio <= 1)) {
      throw new IllegalArgumentException("the ratio must be above 0, at most 1; is " + ratio);
    }
    return new BigDecimal(Double.toString(ratio))
        .multiply(BigDecimal.valueOf(rows))
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /** The block of round e, counted from 0. */
  public Block round(long e) {
    if (e < 0) {
      throw new IllegalArgumentException("rounds count from 0, got " + e);
    }
    return switch (mode) {
      case STATIC -> new Block(0, 0, 0, size);
      case WITH_REPLACEMENT -> new Block(e, 0, 0, size);
      case WITHOUT_REPLACEMENT -> {
        int slot = (int) (e % slots);
        yield new Block(e / slots, slot, start(slot), start(slot + 1));
      }
    };
  }

  /** First position of a slot: {@code s k}, balanced {@code ceil(s N / m)}. */
  private long start(int slot) {
    if (!balanced) {
      return slot * size;
    }
    BigInteger m = BigInteger.valueOf(slots);
    BigInteger deals = BigInteger.valueOf(slot).multiply(BigInteger.valueOf(rows));
    return deals.add(m).subtract(BigInteger.ONE).divide(m).longValueExact();
  }

  /**
   * The slot of a position, or -1 if it sits out: {@code floor(pi / k)} below m, balanced {@code
   * floor(pi m / N)}.
   */
  public int slot(long position) {
    Bounds.require("position", position, rows);
    if (balanced) {
      return BigInteger.valueOf(position)
          .multiply(BigInteger.valueOf(slots))
          .divide(BigInteger.valueOf(rows))
          .intValueExact();
    }
    return size == 0 || position / size >= slots ? -1 : (int) (position / size);
  }

  /** Number of permutations that the first rounds use. */
  public long passes(long rounds) {
    return switch (mode) {
      case STATIC -> Math.min(rounds, 1);
      case WITH_REPLACEMENT -> rounds;
      case WITHOUT_REPLACEMENT -> rounds == 0 ? 0 : (rounds - 1) / slots + 1;
    };
  }

  /** This plan with fewer rounds a pass, so that strata of other sizes keep step. */
  public SubsetPlan withSlots(int fewer) {
    return new SubsetPlan(mode, rows, size, fewer, balanced);
  }
}
