package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.aggregate;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/**
 * A sum of doubles that is the same bits in any order, so for any partitioning: each number is cut
 * into 31-bit limbs of a fixed point below a power of two that bounds all of them, and limbs are
 * whole numbers, whose sums are exact. There are as many limbs as it takes to hold all bits of the
 * smallest number that counts, so that a number of any size beside it takes nothing away; numbers
 * yet smaller are rounded at its last bit. The sum is rounded once, at its end, and infinite where
 * no double holds it. A sum holds up to 2<sup>31</sup> numbers. Expressions only, with partial sums
 * on the map side.
 *
 * @param name prefix of the columns, one a limb
 * @param exponent every |number| is at most {@code 2^exponent}
 * @param limbs how many; they hold {@code 31 limbs} bits below the bound
 */
record ExactSum(String name, int exponent, int limbs) {
  private static final int BITS = 31;
  private static final double LIMB = 1L << BITS;
  private static final int FEWEST = 2;

  /** Bits of a double below its first one. */
  private static final int MANTISSA = 52;

  /** A power of two within the range of normal doubles. */
  private static final int STEP = 1000;

  /**
   * For numbers of at most this size, which are kept to 62 bits below it: enough where the sum is
   * not much smaller than the bound.
   */
  static ExactSum below(String name, double bound) {
    return between(name, bound, bound);
  }

  /**
   * For finite numbers of at most {@code largest} in size, exact for those of at least {@code
   * smallest}.
   *
   * @param smallest above 0; if not, as {@code largest}
   */
  static ExactSum between(String name, double largest, double smallest) {
    if (!(largest >= 0) || largest == Double.POSITIVE_INFINITY) {
      throw new ArithmeticException("numbers of size " + largest + " cannot be summed exactly");
    }
    int exponent = Math.getExponent(largest) + 1; // of subnormal numbers it is too large
    int first = Math.getExponent(smallest > 0 ? smallest : largest);
    int bits = exponent - Math.max(first, Double.MIN_EXPONENT) + MANTISSA;
    return new ExactSum(name, exponent, Math.max(FEWEST, -Math.floorDiv(-bits, BITS)));
  }

  /** The aggregates of an expression that is never null and always finite. */
  List<Column> of(Column number) {
    List<Column> sums = new ArrayList<>();
    for (int limb = 0; limb < limbs; limb++) {
      Column whole = rint(scaled(number, -unit(limb)));
      Column own =
          limb == 0
              ? whole
              : whole.minus(rint(scaled(number, -unit(limb - 1))).multiply(lit(LIMB)));
      int above = unit(limb) + BITS + MANTISSA + 1;
      if (above < exponent) { // a number so large has no bits here, and its multiple may be none
        own = when(abs(number).lt(lit(Math.scalb(1.0, above))), own).otherwise(lit(0.0));
      }
      sums.add(sum(own.cast("bigint")).as(column(limb)));
    }
    return sums;
  }

  private String column(int limb) {
    return name + "_" + limb;
  }

  /** Exponent of the power of two that a limb counts; the first limb is the highest. */
  private int unit(int limb) {
    return exponent - BITS * (limb + 1);
  }

  /** {@code number 2^by}, in two steps where the factor is no double. */
  private static Column scaled(Column number, int by) {
    int step = Math.max(-STEP, Math.min(STEP, by));
    Column scaled = number.multiply(lit(Math.scalb(1.0, step)));
    return step == by ? scaled : scaled.multiply(lit(Math.scalb(1.0, by - step)));
  }

  /**
   * The sum, of the aggregated columns. From the lowest limb to the highest: what is above 31 bits
   * is carried, so that limbs of different sign do not cancel, and the rest added in two doubles,
   * whose error is far below the last bit of the first (Dekker, "A floating-point technique for
   * extending the available precision", 1971: |limb| is at least the size of what is below it, or
   * 0).
   */
  Column value() {
    Column[] upwards = new Column[limbs];
    for (int limb = 0; limb < limbs; limb++) {
      upwards[limbs - 1 - limb] = col(column(limb));
    }
    Column none = struct(lit(0L).as("carry"), lit(0.0).as("high"), lit(0.0).as("low"));
    Column sum = aggregate(array(upwards), none, ExactSum::add, ExactSum::top);
    return scaled(sum, unit(0));
  }

  private static Column add(Column below, Column limb) {
    Column whole = limb.plus(below.getField("carry"));
    Column carry = shiftright(whole.plus(lit(1L << (BITS - 1))), BITS);
    Column digit = whole.minus(carry.multiply(lit(1L << BITS))).cast("double");
    return onto(digit, below, carry);
  }

  private static Column top(Column below) {
    Column sum = onto(below.getField("carry").cast("double"), below, lit(0L));
    // in units of the limb above the highest
    return sum.getField("high").plus(sum.getField("low")).multiply(lit(LIMB));
  }

  private static Column onto(Column digit, Column below, Column carry) {
    Column high = below.getField("high").divide(lit(LIMB));
    Column low = below.getField("low").divide(lit(LIMB));
    Column sum = digit.plus(high);
    Column rest = high.minus(sum.minus(digit)).plus(low);
    return struct(carry.as("carry"), sum.as("high"), rest.as("low"));
  }

  /** The sum, of a row with the aggregates. */
  double value(Row row) {
    BigInteger sum = BigInteger.ZERO;
    for (int limb = 0; limb < limbs; limb++) {
      sum = sum.shiftLeft(BITS).add(BigInteger.valueOf(row.getLong(row.fieldIndex(column(limb)))));
    }
    int last = unit(limbs - 1);
    BigDecimal power = new BigDecimal(last < 0 ? "0.5" : "2").pow(Math.abs(last));
    return new BigDecimal(sum).multiply(power).doubleValue();
  }
}
