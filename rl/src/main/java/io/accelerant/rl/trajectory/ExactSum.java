package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/**
 * A sum of doubles that is the same bits in any order, so for any partitioning: each number is
 * rounded to two 31-bit limbs of a fixed point below a power of two that bounds all of them, and
 * limbs are whole numbers, whose sums are exact. A number keeps 62 bits below the bound, more than
 * a double has; a sum holds up to 2<sup>31</sup> numbers. Expressions only, with partial sums on
 * the map side.
 *
 * @param name prefix of the two columns
 * @param exponent every |number| is at most {@code 2^exponent}
 */
record ExactSum(String name, int exponent) {
  private static final int BITS = 31;
  private static final double LIMB = 1L << BITS;

  /** Below it scaling would leave the range of doubles; numbers so small count as zero. */
  private static final int SMALLEST = -900;

  private static final int LARGEST = 900;

  /**
   * For numbers of at most this size.
   *
   * @throws ArithmeticException if the bound is above 2^900
   */
  static ExactSum below(String name, double bound) {
    int exponent = Math.max(SMALLEST, bound == 0 ? SMALLEST : Math.getExponent(bound) + 1);
    if (!(bound >= 0) || exponent > LARGEST) {
      throw new ArithmeticException("numbers of size " + bound + " cannot be summed exactly");
    }
    return new ExactSum(name, exponent);
  }

  /** The two aggregates of an expression that is never null. */
  List<Column> of(Column number) {
    Column scaled = number.multiply(lit(Math.scalb(1.0, BITS - exponent)));
    Column high = rint(scaled);
    Column low = rint(scaled.minus(high).multiply(lit(LIMB)));
    return List.of(
        sum(high.cast("bigint")).as(name + "_high"), sum(low.cast("bigint")).as(name + "_low"));
  }

  /** The sum, of the two aggregated columns. */
  Column value() {
    return col(name + "_high")
        .cast("double")
        .plus(col(name + "_low").cast("double").divide(lit(LIMB)))
        .multiply(lit(Math.scalb(1.0, exponent - BITS)));
  }

  /** The sum, of a row with the two aggregates. */
  double value(Row row) {
    double high = row.getLong(row.fieldIndex(name + "_high"));
    double low = row.getLong(row.fieldIndex(name + "_low"));
    return (high + low / LIMB) * Math.scalb(1.0, exponent - BITS);
  }
}
