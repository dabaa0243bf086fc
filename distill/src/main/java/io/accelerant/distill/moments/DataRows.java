package io.accelerant.distill.moments;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.AccelerantException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.text.Text;
import io.accelerant.distill.model.network.ImageModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * The pass over the rows. A row belongs to the block {@code id mod} {@value #BLOCKS}; a block adds
 * its rows in the order of their ids, blocks are put together eight by eight in the order of their
 * numbers. So the result has the same bits however the table is cut.
 *
 * @param rows (id, numbers)
 * @param size numbers of a row
 */
record DataRows(Dataset<Row> rows, Form form, int size) {
  static final int BLOCKS = 64;
  private static final int ARITY = 8;

  /** How the numbers of a row are kept. */
  enum Form {
    /** Bytes of pixels, taken for -1 to 1. */
    PIXELS,
    /** Numbers. */
    VECTOR;

    private byte[] pack(Row row) {
      if (row.isNullAt(0) || row.isNullAt(1)) {
        throw new DataException(Text.of("a row lacks its %s.", row.isNullAt(0) ? "id" : "numbers"));
      }
      if (this == PIXELS) {
        return row.getAs(1);
      }
      List<Double> numbers = row.getList(1);
      ByteBuffer bytes = ByteBuffer.allocate(8 * numbers.size());
      for (Double number : numbers) {
        if (number == null) {
          throw new DataException(Text.of("row %d holds a null.", row.getLong(0)));
        }
        bytes.putDouble(number);
      }
      return bytes.array();
    }

    private double[] unpack(byte[] packed) {
      double[] numbers = new double[this == PIXELS ? packed.length : packed.length / 8];
      ByteBuffer bytes = ByteBuffer.wrap(packed);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = this == PIXELS ? ImageModel.pixel(packed[i]) : bytes.getDouble();
      }
      return numbers;
    }
  }

  /** Rows of a table of vectors. */
  static DataRows vectors(Dataset<Row> table, String id, String column) {
    Dataset<Row> rows =
        table.select(col(id).cast("bigint").as(id), col(column).cast("array<double>").as(column));
    Row first =
        rows.filter(col(column).isNotNull()).limit(1).collectAsList().stream()
            .findFirst()
            .orElseThrow(() -> new DataException("the table holds no rows."));
    return new DataRows(rows, Form.VECTOR, first.getList(1).size());
  }

  /**
   * Mean and scatter of all rows.
   *
   * @throws DataException if rows have other lengths, the same id, or numbers that are not finite
   */
  RowSums.Part sums() {
    Form packed = form;
    int d = size;
    JavaRDD<Row> table = rows.javaRDD();
    JavaPairRDD<Integer, byte[]> groups =
        table
            .mapToPair(row -> new Tuple2<>(row.isNullAt(0) ? 0L : row.getLong(0), packed.pack(row)))
            .repartitionAndSortWithinPartitions(new Blocks())
            .mapPartitionsToPair(block(packed, d))
            .repartitionAndSortWithinPartitions(new Groups())
            .mapPartitionsToPair(DataRows::together);
    try {
      RowSums.Part all = RowSums.Part.NONE;
      for (Tuple2<Integer, byte[]> group : sorted(groups)) {
        all = all.and(JavaBytes.value(group._2()));
      }
      return all;
    } catch (Exception e) { // Spark throws checked ones without saying so
      throw AccelerantException.in(e).orElseGet(() -> TableSource.cannotRead("the rows", e));
    }
  }

  private static List<Tuple2<Integer, byte[]>> sorted(JavaPairRDD<Integer, byte[]> groups) {
    List<Tuple2<Integer, byte[]>> sorted = new ArrayList<>(groups.collect());
    sorted.sort(Comparator.comparing(Tuple2::_1));
    return sorted;
  }

  private static PairFlatMapFunction<Iterator<Tuple2<Long, byte[]>>, Integer, byte[]> block(
      Form form, int d) {
    return rows -> {
      if (!rows.hasNext()) {
        return List.<Tuple2<Integer, byte[]>>of().iterator();
      }
      RowSums sums = new RowSums(d);
      Long before = null;
      while (rows.hasNext()) {
        Tuple2<Long, byte[]> row = rows.next();
        if (row._1().equals(before)) {
          throw new DataException(Text.of("two rows have the id %d.", before));
        }
        before = row._1();
        sums.add(before, form.unpack(row._2()));
      }
      return List.of(new Tuple2<>(blockOf(before), JavaBytes.of(sums.part()))).iterator();
    };
  }

  private static Iterator<Tuple2<Integer, byte[]>> together(
      Iterator<Tuple2<Integer, byte[]>> sorted) {
    if (!sorted.hasNext()) {
      return sorted;
    }
    Tuple2<Integer, byte[]> first = sorted.next();
    RowSums.Part all = JavaBytes.value(first._2());
    while (sorted.hasNext()) {
      all = all.and(JavaBytes.value(sorted.next()._2()));
    }
    return List.of(new Tuple2<>(first._1() / ARITY, JavaBytes.of(all))).iterator();
  }

  private static int blockOf(long id) {
    return (int) Math.floorMod(id, (long) BLOCKS);
  }

  /** Ids to their blocks. */
  private static final class Blocks extends Partitioner {
    @Override
    public int numPartitions() {
      return BLOCKS;
    }

    @Override
    public int getPartition(Object key) {
      return blockOf((Long) key);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Blocks;
    }

    @Override
    public int hashCode() {
      return BLOCKS;
    }
  }

  /** Blocks to groups of neighbours. */
  private static final class Groups extends Partitioner {
    @Override
    public int numPartitions() {
      return BLOCKS / ARITY;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key / ARITY;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Groups;
    }

    @Override
    public int hashCode() {
      return ARITY;
    }
  }
}
