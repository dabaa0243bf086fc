package io.accelerant.selection.rs2;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import java.util.List;

/** The keys of {@code rs2}. */
final class Rs2Keys {
  static final Key<String> INPUT =
      Key.string(
          "rs2.input", "URI of Parquet (or JSON lines with rs2.id), or range:N for ids 0 .. N-1");
  static final Key<String> ID =
      Key.string(
              "rs2.id",
              "Column of dense ids 0 .. N-1; unless set, ids are assigned in stored order and stored")
          .optional();
  static final Key<String> KEY =
      Key.string(
              "rs2.key",
              "Column of unique keys to rank rows by hash instead of dense ids, for tables that grow")
          .optional();
  static final Key<Boolean> APPROXIMATE =
      Key.bool(
              "rs2.approximate",
              "With rs2.key: draw every row on its own; sizes are then binomial, not exact")
          .withDefault(false);
  static final Key<Double> RATIO =
      Key.number("rs2.ratio", "Share of the rows in a round, above 0")
          .between(0, 1)
          .withDefault(0.1);
  static final Key<Integer> ROUNDS =
      Key.integer("rs2.rounds", "Number of rounds").between(1, 1_000_000).withDefault(10);
  static final Key<String> MODE =
      Key.string("rs2.mode", "What rounds have to do with each other")
          .oneOf("without-replacement", "with-replacement", "static")
          .withDefault("without-replacement");
  static final Key<String> STRATIFY =
      Key.string("rs2.stratify", "Column of classes, each of which gives its share to every round")
          .optional();
  static final Key<Boolean> BALANCED =
      Key.bool(
              "rs2.balanced",
              "Without replacement: leave no row out of a pass; sizes then differ by one")
          .withDefault(false);
  static final Key<String> PERMUTATION =
      Key.string("rs2.permutation", "AUTO: a table below 65,536 rows, else a Feistel network")
          .oneOf("AUTO", "FEISTEL", "TABLE")
          .withDefault("AUTO");
  static final Key<Boolean> POSITIONS =
      Key.bool("rs2.positions", "Whether to write the table positions (id, pass, position)")
          .withDefault(false);
  static final Key<String> EMIT =
      Key.string("rs2.emit", "What table round holds: whole rows, or ids")
          .oneOf("rows", "ids")
          .withDefault("rows");

  static final List<Key<?>> ALL =
      RunKeys.and(
          List.of(
              INPUT,
              ID,
              KEY,
              APPROXIMATE,
              RATIO,
              ROUNDS,
              MODE,
              STRATIFY,
              BALANCED,
              PERMUTATION,
              POSITIONS,
              EMIT));

  private Rs2Keys() {}
}
