package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.udf;

import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.selection.subset.StratifiedPlan;
import io.accelerant.selection.subset.Stratum;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.types.DataTypes;

/**
 * The column {@code pi_p(id)}. Spelled as DataFrame columns it would be ten times slower: the
 * expression grows eightfold with each Feistel round, and ANSI mode refuses wrapping products.
 * Marked as not deterministic, so that Spark computes it once a row and does not push it into
 * filters.
 */
final class Positions {
  private Positions() {}

  /** Positions of dense ids. */
  static Column of(Column id, PermutationKind kind, long rows, long seed, long pass) {
    Permutation pi = kind.of(rows, seed, pass);
    UDF1<Long, Long> position = pi::position;
    return udf(position, DataTypes.LongType).asNondeterministic().apply(id);
  }

  /** Positions within their stratum, of its number and the dense id in it. */
  static Column of(
      Column stratum, Column member, PermutationKind kind, StratifiedPlan plan, long pass) {
    Permutation[] permutations =
        plan.strata().stream()
            .map((Stratum s) -> kind.of(s.plan().rows(), s.seed(), pass))
            .toArray(Permutation[]::new);
    UDF2<Integer, Long, Long> position = (s, id) -> permutations[s].position(id);
    return udf(position, DataTypes.LongType).asNondeterministic().apply(stratum, member);
  }
}
