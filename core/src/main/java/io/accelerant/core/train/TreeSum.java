package io.accelerant.core.train;

import io.accelerant.core.text.Text;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import scala.Tuple2;

/**
 * Adds the workers' sums in one order: groups of {@value #ARITY} neighbours by worker index, each
 * from left to right, then the groups alike, until at most {@value #ARITY} are left, which the
 * driver adds. Float addition then has one result whatever finishes first, and the driver never
 * holds more than {@value #ARITY} of them.
 */
final class TreeSum {
  static final int ARITY = 8;

  private TreeSum() {}

  /**
   * @param parts (worker index, {@link Sums#toBytes}) of workers 0 .. count-1
   */
  static Sums of(JavaPairRDD<Integer, byte[]> parts, int count) {
    JavaPairRDD<Integer, byte[]> level = parts;
    int width = count;
    while (width > ARITY) {
      width = (width + ARITY - 1) / ARITY;
      level =
          level
              .repartitionAndSortWithinPartitions(new Groups(width))
              .mapPartitionsToPair(TreeSum::addGroup);
    }
    List<Tuple2<Integer, byte[]>> last = new java.util.ArrayList<>(level.collect());
    if (last.size() != width) {
      throw new IllegalStateException(
          Text.of("%d groups of workers, %d have come back", width, last.size()));
    }
    last.sort(Comparator.comparing(Tuple2::_1));
    return add(last.iterator());
  }

  private static Iterator<Tuple2<Integer, byte[]>> addGroup(Iterator<Tuple2<Integer, byte[]>> in) {
    if (!in.hasNext()) {
      return in;
    }
    Tuple2<Integer, byte[]> first = in.next();
    Sums sum = Sums.fromBytes(first._2());
    while (in.hasNext()) {
      sum.add(Sums.fromBytes(in.next()._2()));
    }
    return List.of(new Tuple2<>(first._1() / ARITY, sum.toBytes())).iterator();
  }

  private static Sums add(Iterator<Tuple2<Integer, byte[]>> sorted) {
    Sums sum = Sums.fromBytes(sorted.next()._2());
    while (sorted.hasNext()) {
      sum.add(Sums.fromBytes(sorted.next()._2()));
    }
    return sum;
  }

  /** Worker index to the index of its group. */
  private static final class Groups extends Partitioner {
    private final int count;

    Groups(int count) {
      this.count = count;
    }

    @Override
    public int numPartitions() {
      return count;
    }

    @Override
    public int getPartition(Object key) {
      return (Integer) key / ARITY;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Groups groups && groups.count == count;
    }

    @Override
    public int hashCode() {
      return count;
    }
  }
}
