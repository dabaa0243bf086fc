package io.accelerant.core.artifact;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_entries;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.xxhash64;

import io.accelerant.core.json.CanonicalJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A hash of what a table holds: equal for equal rows in any order, partitioning, file format and
 * column order. A plan of DataFrame expressions, one pass, no shuffle but the final row.
 */
public final class TableFingerprint {
  private static final String ROW = "row";

  private TableFingerprint() {}

  /**
   * Column names and types, number of rows, and exclusive-or and sum of the rows' 64-bit hashes,
   * hashed to 64 hexadecimal digits. It finds accidents and differences, not forgeries: files have
   * their own SHA-256 in the manifest.
   */
  public static String of(Dataset<Row> table) {
    List<StructField> fields = sorted(table.schema());
    Column[] parts =
        fields.stream()
            .map(f -> digest(col(quoted(f.name())), f.dataType()))
            .toArray(Column[]::new);
    Row totals =
        table
            .select(xxhash64(parts).as(ROW))
            .agg(
                count(lit(1)),
                expr("bit_xor(" + ROW + ")"),
                sum(col(ROW).cast(DataTypes.createDecimalType(20, 0))))
            .head();
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("columns", fields.stream().map(TableFingerprint::ddl).toList());
    said.put("rows", totals.getLong(0));
    said.put("xor", totals.isNullAt(1) ? 0L : totals.getLong(1));
    said.put("sum", totals.isNullAt(2) ? "0" : totals.getDecimal(2).toPlainString());
    return CanonicalJson.sha256Of(said);
  }

  /**
   * Of the columns of a schema, in its types: JSON lines do not keep those of numbers.
   *
   * @param schema may leave columns out that are not reproducible
   */
  public static String of(Dataset<Row> table, StructType schema) {
    return of(
        table.select(
            Arrays.stream(schema.fields())
                .map(f -> col(quoted(f.name())).cast(f.dataType().catalogString()).as(f.name()))
                .toArray(Column[]::new)));
  }

  /** Order follows from the names: a table comes back with its partition columns last. */
  private static List<StructField> sorted(StructType schema) {
    return Arrays.stream(schema.fields()).sorted(Comparator.comparing(StructField::name)).toList();
  }

  /** Without nullability, which files do not keep. */
  private static String ddl(StructField field) {
    return quoted(field.name()) + " " + field.dataType().catalogString();
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /** xxhash64 skips nulls, so that (null, 1) and (1, null) would agree: nulls and sizes go in. */
  private static Column digest(Column value, DataType type) {
    List<Column> parts = new ArrayList<>(List.of(value.isNull()));
    if (type instanceof StructType struct) {
      for (StructField field : struct.fields()) {
        parts.add(digest(value.getField(field.name()), field.dataType()));
      }
    } else if (type instanceof ArrayType array) {
      parts.add(coalesce(size(value), lit(-1)));
      parts.add(transform(value, element -> digest(element, array.elementType())));
    } else if (type instanceof MapType map) {
      StructType entry = new StructType().add("key", map.keyType()).add("value", map.valueType());
      parts.add(coalesce(size(value), lit(-1)));
      parts.add(array_sort(transform(map_entries(value), e -> digest(e, entry))));
    } else {
      parts.add(value);
    }
    return xxhash64(parts.toArray(Column[]::new));
  }
}
