package io.accelerant.core.lm.prompt;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.size;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.HashSplit;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.lm.task.Checker;
import io.accelerant.core.lm.task.Tasks;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.text.Text;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Published prompts: a table {@code prompts} of {@link #SCHEMA}, with the tokenizer that wrote its
 * tokens and the checker of its answers. Made by {@code prepare-prompts}.
 */
public final class Prompts {
  /** Kind of the artifact, and name of its table. */
  public static final String KIND = "prompts";

  /** What the splits are called. */
  public static final List<String> SPLITS = HashSplit.NAMES;

  /** {@code planted} is what is true of a row and no method may read. */
  static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, prompt STRING NOT NULL, answer STRING NOT NULL,"
              + " ids ARRAY<INT> NOT NULL, given ARRAY<INT> NOT NULL, task STRING NOT NULL,"
              + " split STRING NOT NULL, planted STRING NOT NULL");

  static final String CONFIG = "config.json";

  private final Artifact artifact;
  private final Tokenizer tokenizer;
  private final Checker checker;
  private final int longest;
  private final boolean cloze;
  private final SparkSession spark;

  private Prompts(SparkSession spark, Artifact artifact, JsonReader config) {
    this.spark = spark;
    this.artifact = artifact;
    this.tokenizer = Tokenizers.read(artifact, config.inner("tokenizer"));
    this.checker = Tasks.checker(config.inner("checker"));
    this.longest = config.whole("longest");
    this.cloze = config.truth("cloze");
  }

  /**
   * Opens an artifact; its small files are verified, its table when it is read.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is no artifact, it is of another kind, or damaged
   */
  public static Prompts open(SparkSession spark, Configuration hadoop, String uri, String what) {
    Artifact artifact = Artifact.open(uri, hadoop).requireKind(KIND, what);
    return new Prompts(
        spark,
        artifact,
        JsonReader.of(
            artifact.readJson(CONFIG), artifact.uri() + "/" + CONFIG, ArtifactException::new));
  }

  public String uri() {
    return artifact.uri();
  }

  /** As an input of a job. */
  public Manifest.Parent parent() {
    return new Manifest.Parent(KIND, artifact.uri(), artifact.contentHash());
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** Says which answers are right. */
  public Checker checker() {
    return checker;
  }

  /** Tokens of the longest row. */
  public int longest() {
    return longest;
  }

  /** Whether answers fill gaps, so that rows have no end. */
  public boolean isCloze() {
    return cloze;
  }

  /** All rows, see {@link #SCHEMA}. */
  public Dataset<Row> table() {
    return ArtifactTables.read(spark, artifact, KIND);
  }

  /**
   * The rows of a split.
   *
   * @param split one of {@link #SPLITS}
   */
  public Dataset<Row> split(String split) {
    if (!SPLITS.contains(split)) {
      throw new IllegalArgumentException("no split is called " + split);
    }
    return table().filter(col("split").equalTo(split));
  }

  /**
   * Of a split.
   *
   * @param prompt most tokens of a prompt
   * @param answer most tokens of an answer, its end with them
   */
  public record Longest(int prompt, int answer) {}

  /**
   * What the rows of a split need.
   *
   * @throws DataException if it has none
   */
  public Longest longest(String split) {
    Row row =
        split(split)
            .agg(max(size(col("given"))), max(size(col("ids")).minus(size(col("given")))))
            .head();
    if (row.isNullAt(0)) {
      throw noPrompts(split);
    }
    return new Longest(row.getInt(0), row.getInt(1));
  }

  /**
   * The first prompts of a split by id, on the driver.
   *
   * @param most at most so many
   * @throws DataException if there is none
   */
  public List<Prompt> first(String split, int most) {
    List<Prompt> prompts =
        split(split).orderBy("id").limit(most).collectAsList().stream().map(Prompts::of).toList();
    if (prompts.isEmpty()) {
      throw noPrompts(split);
    }
    return prompts;
  }

  /** All prompts of a split, one after the other, on the driver. */
  public Iterator<Prompt> each(String split) {
    Iterator<Row> rows = split(split).toLocalIterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Prompt next() {
        return Prompts.of(rows.next());
      }
    };
  }

  private DataException noPrompts(String split) {
    return new DataException(
        Text.of(
            "The %s split of %s has no prompts; prepare more, or another preparePrompts.split.",
            split, artifact.uri()));
  }

  /** One row of the table. */
  public static Prompt of(Row row) {
    return new Prompt(
        row.<Number>getAs("id").longValue(),
        row.getAs("prompt"),
        row.getAs("answer"),
        integers(row.getList(row.fieldIndex("ids"))),
        integers(row.getList(row.fieldIndex("given"))),
        row.getAs("task"));
  }

  /** JSON lines have whole numbers of 64 bits. */
  private static int[] integers(List<? extends Number> numbers) {
    return numbers.stream().mapToInt(Number::intValue).toArray();
  }
}
