package io.accelerant.selection.rs2;

import io.accelerant.core.random.Permutation;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.selection.subset.StratifiedPlan;
import io.accelerant.selection.subset.Stratum;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.objects.Invoke;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.ObjectType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The column {@code pi_p(id)}: a call of the permutation from the code that Spark generates, so ids
 * and positions stay primitive, where a UDF boxes both. Spelled as DataFrame columns it would be
 * ten times slower: the expression grows eightfold with each Feistel round, and ANSI mode refuses
 * wrapping products. Marked as not deterministic, so that Spark computes it once a row and does not
 * push it into filters.
 */
final class Positions {
  private Positions() {}

  /** Positions of dense ids. */
  static Column of(Column id, PermutationKind kind, long rows, long seed, long pass) {
    return call(Permutation.class, kind.of(rows, seed, pass), id.cast(DataTypes.LongType));
  }

  /** Positions within their stratum, of its number and the dense id in it. */
  static Column of(
      Column stratum, Column member, PermutationKind kind, StratifiedPlan plan, long pass) {
    Permutation[] permutations =
        plan.strata().stream()
            .map((Stratum s) -> kind.of(s.plan().rows(), s.seed(), pass))
            .toArray(Permutation[]::new);
    return call(
        StrataPermutations.class,
        new StrataPermutations(permutations),
        stratum.cast(DataTypes.IntegerType),
        member.cast(DataTypes.LongType));
  }

  private static Column call(Class<?> type, Object target, Column... arguments) {
    List<Expression> expressions =
        Arrays.stream(arguments).map(ExpressionUtils::expression).toList();
    boolean nullPropagates = true;
    boolean nullable = false;
    boolean deterministic = false;
    return ExpressionUtils.column(
        new Invoke(
            Literal.create(target, new ObjectType(type)),
            "position",
            DataTypes.LongType,
            CollectionConverters.asScala(expressions).toSeq(),
            CollectionConverters.asScala(List.<AbstractDataType>of()).toSeq(),
            nullPropagates,
            nullable,
            deterministic));
  }
}
