package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.when;

import io.accelerant.core.error.DataException;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.selection.subset.Block;
import io.accelerant.selection.subset.StratifiedPlan;
import io.accelerant.selection.subset.Stratum;
import io.accelerant.selection.subset.SubsetMode;
import io.accelerant.selection.subset.SubsetPlan;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;

/**
 * Repeated random subsets of a table with dense ids.
 *
 * <pre>{@code
 * try (RandomSubsets subsets =
 *     RandomSubsets.of(table, "id").ratio(0.1).seed(42).open()) {
 *   for (int e = 0; e < rounds; e++) {
 *     train(subsets.round(e)); // exactly k rows; order them by the column "position"
 *   }
 * }
 * }</pre>
 *
 * A round is a range filter on the column {@value #POSITION}, which is computed once a pass and
 * kept. It depends on ids, seed and e alone, so a run can begin at any round, on any cluster. One
 * thread at a time.
 */
public final class RandomSubsets implements AutoCloseable {
  /** {@code pi_p(id)}; stratified, within the class. */
  public static final String POSITION = "position";

  /** Number of the round in {@link #rounds}. */
  public static final String ROUND = "round";

  /** Columns that are added to a table, which it must not have. */
  static final List<String> RESERVED = List.of(POSITION, ROUND, Strata.STRATUM, Strata.MEMBER);

  /** The rounds of a table with or without classes. */
  private interface Rounds {
    Column position(long pass);

    Column holds(long round);

    /** Place of a row's round in its pass, by its position; m or null for rows that sit out. */
    Column slot();

    long size(long round);
  }

  private final Dataset<Row> table;
  private final Rounds rounds;
  private final SubsetMode mode;
  private final PermutationKind permutation;
  private final int slots;
  private final long rows;
  private final Optional<StratifiedPlan> strata;
  private final Dataset<Row> numbered;
  private final StorageLevel storage;
  private Dataset<Row> kept;
  private long keptPass;

  private RandomSubsets(Options options) {
    String what = options.whatItIs;
    this.rows = DenseIds.require(options.table, options.id, what);
    this.mode = options.mode;
    this.storage = options.storage;
    if (options.stratify == null) {
      SubsetPlan plan = SubsetPlan.of(mode, rows, options.ratio, options.balanced);
      this.strata = Optional.empty();
      this.slots = plan.slots();
      this.permutation = options.permutation.resolve(rows);
      this.table = options.table;
      this.numbered = null;
      this.rounds = plain(options, plan);
    } else {
      SortedMap<String, Long> classes = Strata.count(options.table, options.stratify, what);
      if (classes.isEmpty()) {
        throw new DataException(what + " has no rows, so there are no classes.");
      }
      StratifiedPlan plan =
          StratifiedPlan.of(mode, classes, options.ratio, options.balanced, options.seed);
      this.strata = Optional.of(plan);
      this.slots = plan.slots();
      this.permutation = options.permutation;
      this.numbered =
          Strata.number(options.table, options.id, options.stratify, classes).persist(storage);
      this.table = numbered;
      this.rounds = stratified(options, plan);
    }
  }

  private static Rounds plain(Options options, SubsetPlan plan) {
    return new Rounds() {
      @Override
      public Column position(long pass) {
        Column id = DenseIds.named(options.id).cast(DataTypes.LongType);
        return Positions.of(id, options.permutation, plan.rows(), options.seed, pass);
      }

      @Override
      public Column holds(long round) {
        Block block = plan.round(round);
        return col(POSITION).geq(block.from()).and(col(POSITION).lt(block.to()));
      }

      @Override
      public Column slot() {
        return slotOf(plan.balanced(), lit(plan.size()), lit(plan.rows()), plan.slots());
      }

      @Override
      public long size(long round) {
        return plan.round(round).size();
      }
    };
  }

  private static Rounds stratified(Options options, StratifiedPlan plan) {
    return new Rounds() {
      @Override
      public Column position(long pass) {
        return Positions.of(
            col(Strata.STRATUM), col(Strata.MEMBER), options.permutation, plan, pass);
      }

      @Override
      public Column holds(long round) {
        return col(POSITION)
            .geq(each(s -> s.plan().round(round).from()))
            .and(col(POSITION).lt(each(s -> s.plan().round(round).to())));
      }

      @Override
      public Column slot() {
        return slotOf(
            options.balanced, each(s -> s.plan().size()), each(s -> s.plan().rows()), plan.slots());
      }

      @Override
      public long size(long round) {
        return plan.size(round);
      }

      /** A number of the row's class. */
      private Column each(ToLongFunction<Stratum> number) {
        Column[] numbers =
            plan.strata().stream().map(s -> lit(number.applyAsLong(s))).toArray(Column[]::new);
        return element_at(array(numbers), col(Strata.STRATUM).plus(1));
      }
    };
  }

  /** {@code floor(pi / k)}, balanced {@code floor(pi m / N)}; a class with k = 0 has no slot. */
  private static Column slotOf(boolean balanced, Column size, Column rows, int slots) {
    Column slot =
        balanced
            ? integerDivision(col(POSITION).multiply(lit((long) slots)), rows)
            : integerDivision(col(POSITION), org.apache.spark.sql.functions.nullif(size, lit(0L)));
    return slot.cast(DataTypes.LongType);
  }

  private static Column integerDivision(Column a, Column b) {
    return org.apache.spark.sql.functions.call_function("div", a, b);
  }

  /** A table and the name of its column of ids 0 .. N-1; {@link DenseIds#assign} makes one. */
  public static Options of(Dataset<Row> table, String id) {
    return new Options(table, id);
  }

  /** N. */
  public long rows() {
    return rows;
  }

  /** Rounds that one permutation serves, m. */
  public int roundsPerPass() {
    return slots;
  }

  /** Records of round e. */
  public long size(long e) {
    return rounds.size(e);
  }

  /** What {@code AUTO} became; with classes it is decided for each of them. */
  public PermutationKind permutation() {
    return permutation;
  }

  /** The plan of each class, where the subsets are stratified. */
  public Optional<StratifiedPlan> strata() {
    return strata;
  }

  /** Which pass a round belongs to. */
  public long pass(long e) {
    return switch (mode) {
      case STATIC -> 0;
      case WITH_REPLACEMENT -> e;
      case WITHOUT_REPLACEMENT -> e / slots;
    };
  }

  /** The table with the column {@value #POSITION} of a pass, computed when it is read. */
  public Dataset<Row> positions(long pass) {
    return table.withColumn(POSITION, rounds.position(pass));
  }

  /**
   * The rows of round e, counted from 0, with their {@value #POSITION}: sort by it for the batches,
   * or take it modulo the number of workers. The positions of the pass are computed by the first
   * round that is read and kept until a round of another pass is asked for.
   */
  public Dataset<Row> round(long e) {
    long pass = pass(e);
    if (kept == null || keptPass != pass) {
      release();
      kept = positions(pass).persist(storage);
      keptPass = pass;
    }
    return own(kept.filter(rounds.holds(e)));
  }

  /**
   * All rounds of a pass at once, as the column {@value #ROUND}: one scan, to be written
   * partitioned by that column, so that a round then reads only its own bytes.
   *
   * @param limit rounds from this one on are left out
   */
  public Dataset<Row> rounds(long pass, long limit) {
    Dataset<Row> positioned = positions(pass);
    if (mode != SubsetMode.WITHOUT_REPLACEMENT) {
      Column round =
          mode == SubsetMode.STATIC ? explode(sequence(lit(0L), lit(limit - 1))) : lit(pass);
      return own(positioned.filter(rounds.holds(pass))).withColumn(ROUND, round);
    }
    Column round = rounds.slot().plus(lit(pass * slots));
    return own(
        positioned
            .withColumn(ROUND, round)
            .filter(col(ROUND).lt(Math.min(limit, (pass + 1) * slots))));
  }

  /** The table with position and slot of a pass; m for rows that sit out. */
  Dataset<Row> slotted(long pass, String slot) {
    ReservedNames.refuse(table, "the table", List.of(slot));
    Column within = mode == SubsetMode.WITHOUT_REPLACEMENT ? rounds.slot() : null;
    Column place =
        within == null
            ? when(rounds.holds(pass), lit(0L)).otherwise(lit(1L))
            : least(coalesce(within, lit((long) slots)), lit((long) slots));
    return own(positions(pass).withColumn(slot, place.cast(DataTypes.IntegerType)));
  }

  private static Dataset<Row> own(Dataset<Row> rows) {
    return rows.drop(Strata.STRATUM, Strata.MEMBER);
  }

  private void release() {
    if (kept != null) {
      kept.unpersist();
      kept = null;
    }
  }

  /** Drops what is kept; rounds that were handed out can still be read, but compute it again. */
  @Override
  public void close() {
    release();
    if (numbered != null) {
      numbered.unpersist();
    }
  }

  /** How subsets are drawn; every method returns this object. */
  public static final class Options {
    private final Dataset<Row> table;
    private final String id;
    private double ratio = 0.1;
    private SubsetMode mode = SubsetMode.WITHOUT_REPLACEMENT;
    private boolean balanced;
    private String stratify;
    private long seed = 42;
    private PermutationKind permutation = PermutationKind.AUTO;
    private StorageLevel storage = StorageLevel.MEMORY_AND_DISK();
    private String whatItIs = "the table";

    private Options(Dataset<Row> table, String id) {
      this.table = table;
      this.id = id;
    }

    /** Share of the records in a round, above 0, at most 1; 0.1 unless set. */
    public Options ratio(double share) {
      ratio = share;
      return this;
    }

    /** Without replacement unless set. */
    public Options mode(SubsetMode how) {
      mode = how;
      return this;
    }

    /** Without replacement: leave no record out of a pass; sizes then differ by one. */
    public Options balanced(boolean yes) {
      balanced = yes;
      return this;
    }

    /** Takes the same share of every value of a column. */
    public Options stratify(String column) {
      stratify = column;
      return this;
    }

    /** 42 unless set. */
    public Options seed(long number) {
      seed = number;
      return this;
    }

    /** How positions are computed; AUTO unless set. */
    public Options permutation(PermutationKind kind) {
      permutation = kind;
      return this;
    }

    /** Where positions are kept; in memory and on disk unless set. */
    public Options storage(StorageLevel level) {
      storage = level;
      return this;
    }

    /** How errors call the table. */
    public Options called(String name) {
      whatItIs = name;
      return this;
    }

    /**
     * Checks the ids (two narrow passes); stratified, numbers the classes (one sort).
     *
     * @throws DataException if ids are not dense, a column is missing, or a name is taken
     * @throws IllegalArgumentException if ratio, mode and balanced do not go together
     */
    public RandomSubsets open() {
      ReservedNames.refuse(table, whatItIs, RESERVED);
      return new RandomSubsets(this);
    }
  }
}
