package io.accelerant.core.data;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.List;
import org.apache.spark.sql.Column;

/**
 * Divides what has a hash into train, validation and test: the hash alone decides, whatever else is
 * in a table and in which order.
 *
 * @param shares of {@link #NAMES}, which sum to one
 */
public record HashSplit(List<Double> shares) {
  /** The splits in the order of their shares. */
  public static final List<String> NAMES = List.of("train", "validation", "test");

  /** Shares are compared with a hash of this many values. */
  private static final long HASH_RANGE = 1L << 52;

  /**
   * The shares that a configuration names.
   *
   * @throws ConfigException if they are not three that sum to one
   */
  public static HashSplit of(JobConfig config, Key<List<Double>> key) {
    List<Double> shares = config.get(key);
    double sum = shares.stream().mapToDouble(Double::doubleValue).sum();
    if (shares.size() != NAMES.size() || Math.abs(sum - 1) > 1e-9) {
      throw config.invalid(
          key,
          Text.of(
              "must be three shares (train, validation, test) that sum to 1, is %s (sum %s).",
              shares, Table.number(sum, 6)));
    }
    return new HashSplit(shares);
  }

  /** The name of the split of a 64-bit hash: mixed once more, against the cumulative shares. */
  public Column of(Column hash) {
    Column uniform = pmod(xxhash64(lit("split"), hash), lit(HASH_RANGE));
    Column split = null;
    double bound = 0;
    for (int s = 0; s < shares.size(); s++) {
      bound += shares.get(s);
      boolean last = shares.subList(s + 1, shares.size()).stream().allMatch(share -> share == 0);
      Column below = uniform.lt(last ? HASH_RANGE : (long) (bound * HASH_RANGE));
      split = split == null ? when(below, NAMES.get(s)) : split.when(below, NAMES.get(s));
    }
    return split;
  }
}
