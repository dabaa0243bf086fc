package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import io.accelerant.selection.subset.Block;
import io.accelerant.selection.subset.SubsetPlan;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Repeated random subsets of a table without dense ids: rows are ranked by (hash, key), {@code hash
 * = xxhash64(key, seed, pass)}, and a round takes a block of ranks, exactly. The two bounds of a
 * block come from two narrow passes: how many rows have each value of the top 16 bits of the hash,
 * then the rows of the buckets in which a bound lies, about N / 65,536 for each bound. Rows that
 * are appended later change the bounds, not the hashes. One thread at a time.
 */
public final class KeyedSubsets {
  private static final int BUCKETS = 1 << 16;
  private static final String HASH = "rs2_hash";

  /** Histograms of 512 KiB that may come to the driver at once. */
  private static final int MOST_PARTS = 256;

  /** The last row of a block: rows up to it are in. */
  private record Bound(long hash, Object key) {}

  private final Dataset<Row> table;
  private final String key;
  private final SubsetPlan plan;
  private final long seed;
  private long boundsOf = -1;
  private Map<Long, Bound> bounds = Map.of();

  /**
   * @param key column of unique whole numbers or texts
   * @param plan its {@code rows} are those of the table now
   * @throws DataException if there is no such column, or it is of another type
   */
  public KeyedSubsets(Dataset<Row> table, String key, SubsetPlan plan, long seed, String whatItIs) {
    requireColumn(table, key, whatItIs);
    this.table = table;
    this.key = key;
    this.plan = plan;
    this.seed = seed;
  }

  private static void requireColumn(Dataset<Row> table, String key, String whatItIs) {
    if (!List.of(table.columns()).contains(key)) {
      throw new DataException(
          Text.of(
              "%s has no column \"%s\"; its columns are %s.",
              whatItIs, key, TableSource.columns(table)));
    }
    DataType type = table.schema().apply(key).dataType();
    if (!List.of(DataTypes.LongType, DataTypes.IntegerType, DataTypes.StringType).contains(type)) {
      throw new DataException(
          Text.of(
              "%s: the key \"%s\" must be a whole number or a text, is %s.",
              whatItIs, key, type.simpleString()));
    }
  }

  /**
   * Checks that a column holds a key in every row, each once. It takes an exchange of the keys, but
   * is the only way to know: rows of one key would be in a round, or out of it, together.
   *
   * @return the number of rows
   * @throws DataException naming a key that is there more than once, with its count, or the number
   *     of nulls
   */
  public static long require(Dataset<Row> table, String key, String whatItIs) {
    requireColumn(table, key, whatItIs);
    Dataset<Row> counts = table.groupBy(DenseIds.named(key).as("key")).agg(count(lit(1)).as("n"));
    Column again = when(col("key").isNotNull().and(col("n").gt(1)), col("n"));
    Row found =
        counts
            .agg(
                sum("n"),
                sum(when(col("key").isNull(), col("n"))),
                count(again),
                max_by(struct(col("key"), col("n")), struct(again, col("key"))))
            .head();
    if (!found.isNullAt(1)) {
      throw new DataException(
          Text.of(
              "%s: the key \"%s\" is null in %d rows; it must be there and unique.",
              whatItIs, key, found.getLong(1)));
    }
    if (found.getLong(2) > 0) {
      Row most = found.getStruct(3);
      throw new DataException(
          Text.of(
              "%s: the key \"%s\" is %s in %d rows, and %d more keys are in several; it must be"
                  + " unique. Name a column that tells rows apart, or leave rs2.key out to have ids"
                  + " assigned.",
              whatItIs, key, most.get(0), most.getLong(1), found.getLong(2) - 1));
    }
    return found.isNullAt(0) ? 0 : found.getLong(0);
  }

  /**
   * The rows of round e, counted from 0: a filter of built-in expressions. The first round of a
   * pass looks for the bounds of all of them.
   *
   * @throws DataException if the key is null or not unique where a round ends
   */
  public Dataset<Row> round(long e) {
    Block block = plan.round(e);
    if (block.size() == 0) {
      return table.limit(0);
    }
    if (boundsOf != block.pass()) {
      bounds = bounds(block.pass());
      boundsOf = block.pass();
    }
    Column hash = hash(key, seed, block.pass());
    Column within = lit(true);
    if (block.to() < plan.rows()) {
      within = within.and(upTo(hash, bounds.get(block.to())));
    }
    if (block.from() > 0) {
      within = within.and(org.apache.spark.sql.functions.not(upTo(hash, bounds.get(block.from()))));
    }
    return table.filter(within);
  }

  /**
   * Each row with probability r, independently: {@code hash < r 2^64}. Its size is Binomial(N, r),
   * not exact; one pass less.
   */
  public static Dataset<Row> approximate(
      Dataset<Row> table, String key, double ratio, long seed, long e) {
    BigDecimal range = new BigDecimal(2).pow(Long.SIZE);
    BigDecimal below = BigDecimal.valueOf(ratio).multiply(range).setScale(0, RoundingMode.HALF_UP);
    Column hash = hash(key, seed, e);
    return below.compareTo(range) >= 0
        ? table
        : table.filter(hash.lt(below.add(BigDecimal.valueOf(Long.MIN_VALUE)).longValueExact()));
  }

  private static Column hash(String key, long seed, long pass) {
    return xxhash64(DenseIds.named(key), lit(seed), lit(pass));
  }

  private Column upTo(Column hash, Bound bound) {
    Column equal = hash.equalTo(bound.hash()).and(DenseIds.named(key).leq(lit(bound.key())));
    return hash.lt(bound.hash()).or(equal);
  }

  /** The last row of every block of a pass, by its rank. */
  private Map<Long, Bound> bounds(long pass) {
    SortedSet<Long> ranks = new TreeSet<>();
    for (int slot = 0; slot < plan.slots(); slot++) {
      Block block = plan.round(pass * plan.slots() + slot);
      ranks.add(block.from());
      ranks.add(block.to());
    }
    ranks.removeIf(rank -> rank == 0 || rank == plan.rows());
    Map<Long, Bound> found = new HashMap<>();
    if (ranks.isEmpty()) {
      return found;
    }
    Dataset<Row> hashed =
        table.select(hash(key, seed, pass).as(HASH), DenseIds.named(key).as("key"));
    long[] before = cumulative(histogram(hashed));
    if (before[BUCKETS] != plan.rows()) {
      throw new DataException(
          Text.of(
              "The table has %d rows, the plan was made for %d; was it changed in between?",
              before[BUCKETS], plan.rows()));
    }
    BitSet wanted = new BitSet(BUCKETS);
    ranks.forEach(rank -> wanted.set(bucketOf(rank, before)));
    List<Row> rows = new ArrayList<>(rowsOf(hashed, wanted));
    rows.sort(KeyedSubsets::compare);
    int at = 0;
    // The rows of the wanted buckets lie one bucket after the other.
    for (int bucket = wanted.nextSetBit(0); bucket >= 0; bucket = wanted.nextSetBit(bucket + 1)) {
      int count = (int) (before[bucket + 1] - before[bucket]);
      for (long rank : ranks.subSet(before[bucket] + 1, before[bucket + 1] + 1)) {
        int place = at + (int) (rank - before[bucket]) - 1;
        requireUnique(rows, place);
        found.put(rank, new Bound(rows.get(place).getLong(0), rows.get(place).get(1)));
      }
      at += count;
    }
    return found;
  }

  private void requireUnique(List<Row> rows, int place) {
    boolean twice = place + 1 < rows.size() && compare(rows.get(place), rows.get(place + 1)) == 0;
    if (rows.get(place).isNullAt(1) || twice) {
      throw new DataException(
          Text.of(
              "The key \"%s\" is %s in two rows at least; it must be unique and not null.",
              key, rows.get(place).get(1)));
    }
  }

  /** Rows by the top 16 bits of their hash, in order of signed hashes. */
  private static long[] histogram(Dataset<Row> hashed) {
    var hashes = hashed.select(HASH).as(Encoders.LONG()).javaRDD();
    return hashes
        .coalesce(Math.min(MOST_PARTS, Math.max(1, hashes.getNumPartitions())))
        .mapPartitions(
            part -> {
              long[] counts = new long[BUCKETS];
              part.forEachRemaining(hash -> counts[bucket(hash)]++);
              return List.of(counts).iterator();
            })
        .reduce(
            (a, b) -> {
              for (int i = 0; i < BUCKETS; i++) {
                a[i] += b[i];
              }
              return a;
            });
  }

  private static int bucket(long hash) {
    return (int) (hash >> 48) + BUCKETS / 2;
  }

  /** Rows before each bucket. */
  private static long[] cumulative(long[] counts) {
    long[] before = new long[BUCKETS + 1];
    for (int b = 0; b < BUCKETS; b++) {
      before[b + 1] = before[b] + counts[b];
    }
    return before;
  }

  /** The bucket that holds the row of a rank, counted from 1. */
  private static int bucketOf(long rank, long[] before) {
    int at = Arrays.binarySearch(before, rank);
    if (at < 0) {
      return -at - 2;
    }
    while (at > 0 && before[at - 1] == rank) {
      at--; // the first of equal ones: the bucket before it is not empty
    }
    return at - 1;
  }

  private static List<Row> rowsOf(Dataset<Row> hashed, BitSet wanted) {
    long[] buckets = wanted.stream().mapToLong(b -> b - BUCKETS / 2).toArray();
    Column bucket = org.apache.spark.sql.functions.shiftright(col(HASH), 48);
    return hashed.filter(bucket.isin(Arrays.stream(buckets).boxed().toArray())).collectAsList();
  }

  /** By hash, then by key as Spark compares it. */
  private static int compare(Row a, Row b) {
    int byHash = Long.compare(a.getLong(0), b.getLong(0));
    if (byHash != 0 || a.isNullAt(1) || b.isNullAt(1)) {
      return byHash != 0 ? byHash : Boolean.compare(b.isNullAt(1), a.isNullAt(1));
    }
    if (a.get(1) instanceof String text) {
      return Arrays.compareUnsigned(
          text.getBytes(StandardCharsets.UTF_8), b.getString(1).getBytes(StandardCharsets.UTF_8));
    }
    return Long.compare(((Number) a.get(1)).longValue(), ((Number) b.get(1)).longValue());
  }
}
