package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.random.PermutationKind;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A table stored by slot of one pass, {@code slot=0 .. slot=m-1}, so that a round reads the bytes
 * of its own directory and no others: a predicate on a hash cannot be pushed into files, a
 * partition can. Rows that sit out the pass are in {@code slot=m}.
 *
 * <p>The sets of rows are those of {@link RandomSubsets} in that pass. For another pass, write
 * another layout, or go on with {@link #slotOf}, which permutes the order of the slots only: rows
 * that were together stay together, a weaker shuffle.
 */
public final class SlotLayout {
  /** The partition column. */
  public static final String SLOT = "slot";

  private final SparkSession spark;
  private final String uri;
  private final int slots;

  private SlotLayout(SparkSession spark, String uri, int slots) {
    this.spark = spark;
    this.uri = uri;
    this.slots = slots;
  }

  /**
   * Writes a pass. No exchange: every task writes into every slot, so keep partitions large.
   *
   * @param uri a folder that is not there yet
   */
  public static SlotLayout write(RandomSubsets subsets, long pass, String uri) {
    Dataset<Row> slotted = subsets.slotted(pass, SLOT);
    slotted
        .sortWithinPartitions(SLOT, RandomSubsets.POSITION)
        .write()
        .partitionBy(SLOT)
        .parquet(uri);
    return new SlotLayout(slotted.sparkSession(), uri, subsets.roundsPerPass());
  }

  /** A layout that is there; m as when it was written. */
  public static SlotLayout open(SparkSession spark, String uri, int slots) {
    return new SlotLayout(spark, uri, slots);
  }

  /** The rows of a slot, 0 to m-1. */
  public Dataset<Row> slot(int slot) {
    return spark.read().parquet(uri).filter(col(SLOT).equalTo(slot));
  }

  /** The slot of round e when later passes keep the layout: slots permuted anew in each pass. */
  public int slotOf(long e, long seed) {
    return e < slots
        ? (int) e
        : (int) PermutationKind.TABLE.of(slots, seed, e / slots).position(e % slots);
  }
}
