package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.job.SparkTest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums against decimals of any length. */
class ExactSumTest extends SparkTest {
  private static double decimal(double[] numbers) {
    return Arrays.stream(numbers)
        .mapToObj(BigDecimal::new)
        .reduce(BigDecimal.ZERO, BigDecimal::add)
        .doubleValue();
  }

  private static DoubleStream sizes(double[] numbers) {
    return Arrays.stream(numbers).map(Math::abs);
  }

  private static void sums(double[] numbers) {
    double smallest = sizes(numbers).filter(x -> x > 0).min().orElse(0);
    ExactSum sum = ExactSum.between("s", sizes(numbers).max().orElse(0), smallest);
    List<Double> boxed = Arrays.stream(numbers).boxed().toList();
    Dataset<Row> table = spark().createDataset(boxed, Encoders.DOUBLE()).toDF("x");
    List<Column> columns = sum.of(col("x"));
    Dataset<Row> added =
        table.agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new));
    assertThat(sum.value(added.head())).isEqualTo(decimal(numbers));
    assertThat(added.select(sum.value()).head().getDouble(0)).isEqualTo(decimal(numbers));
  }

  static Stream<double[]> numbers() {
    return Stream.of(
        new double[] {0, 0},
        new double[] {-1e20, 1, 2, 3},
        new double[] {-1e20, 1, 1e20, 0.25},
        new double[] {-1e300, 7, 1e300, 0x1p-1074},
        new double[] {1e308, 1e308, -1e308, 3},
        new double[] {Double.MIN_VALUE, Double.MIN_VALUE, Double.MIN_NORMAL},
        new double[] {-Double.MIN_VALUE},
        new double[] {1, 0x1p-53, 0x1p-100},
        new double[] {1, -0x1p-54, 0x1p-130},
        new double[] {0x1p62, -0x1p62, 5, 0x1p31, -0x1p31},
        new double[] {0.1, 0.2, 0.3, -0.6},
        new double[] {1e16, 1, -1e16, 1e-16});
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void areThoseOfDecimalsRoundedOnce(double[] numbers) {
    sums(numbers);
  }

  @Test
  void ofRandomNumbersOfAllSizesToo() {
    Random random = new Random(7);
    for (int spread : new int[] {4, 60, 300, 2000}) {
      List<Double> numbers = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int exponent = random.nextInt(spread) - Math.min(spread / 2, 1040);
        double number = Math.scalb(random.nextDouble() - 0.5, Math.min(exponent, 1000));
        numbers.add(number);
        if (i % 3 == 0) {
          numbers.add(-number * (1 + Math.scalb(random.nextInt(3), -50)));
        }
      }
      sums(numbers.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  @Test
  void whatNoDoubleHoldsIsInfinite() {
    ExactSum sum = ExactSum.between("s", 1e308, 1);
    Dataset<Row> table = spark().sql("select double(1e308) as x union all select double(1e308)");
    List<Column> columns = sum.of(col("x"));
    Row row =
        table
            .agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new))
            .select(sum.value())
            .head();
    assertThat(row.getDouble(0)).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void ordinaryNumbersTakeFewLimbs() {
    assertThat(ExactSum.below("s", 16).limbs()).isEqualTo(2);
    assertThat(ExactSum.between("s", 16, 1e-9).limbs()).isEqualTo(3);
    assertThatThrownBy(() -> ExactSum.below("s", Double.POSITIVE_INFINITY))
        .isInstanceOf(ArithmeticException.class);
  }
}
