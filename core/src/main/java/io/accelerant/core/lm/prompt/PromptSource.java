package io.accelerant.core.lm.prompt;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.accelerant.core.artifact.Licences;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.data.WordNetGlosses;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.lm.task.PromptTask;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.text.Text;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Where prompts come from.
 *
 * @param name as the user wrote it
 * @param description the block {@code source} of {@code config.json}
 * @param hash of what is read; costs a pass over tables
 * @param rows reads and checks, rows of {@link RowCheck#SCHEMA}
 * @param symbols name of the tokenizer unless the user names another
 * @param checker the block {@code checker} of {@code config.json}
 * @param chanceRate of a task
 * @param cloze whether answers fill gaps
 * @param licences of what it comes from, none if that is not known
 */
record PromptSource(
    String name,
    Map<String, Object> description,
    Supplier<String> hash,
    BiFunction<SparkSession, RowCheck, Dataset<Row>> rows,
    String symbols,
    Map<String, Object> checker,
    OptionalDouble chanceRate,
    boolean cloze,
    Supplier<Licences> licences) {
  private static final StructType JSON =
      StructType.fromDDL("value STRING NOT NULL, file STRING NOT NULL");

  /**
   * Finds what a configuration names.
   *
   * @param chat makes the prompts of what is no task, if it is there
   * @throws io.accelerant.core.error.AccelerantException for what a user has to set right
   */
  static PromptSource of(JobContext context, JobConfig config, Optional<Turns.Chat> chat) {
    String source = config.get(PreparePromptsKeys.SOURCE);
    if (source.startsWith(PreparePromptsKeys.TASK)) {
      return ofTask(config, source);
    }
    PreparePromptsKeys.refuseTasks(config);
    if (source.equals(WordNetGlosses.SOURCE)) {
      return ofWordNet(config, source, chat);
    }
    if (source.startsWith(PreparePromptsKeys.JAVADOC)) {
      return ofJavadoc(context, config, source, chat);
    }
    return ofTable(context, config, source, chat);
  }

  private static PromptSource ofWordNet(
      JobConfig config, String source, Optional<Turns.Chat> chat) {
    List<String> columns = List.of("word", "pos", "definition");
    Shape usual = new Shape(source, Template.of("{word} ({pos}): "), "", "definition", "pos");
    Function<SparkSession, Dataset<Row>> json =
        spark ->
            WordNetGlosses.definitions(spark)
                .select(to_json(struct("word", "pos", "definition")).as("value"), lit(source));
    return ofRows(
        config,
        new Shapes(config, source, columns).orUsual(usual),
        chat,
        WordNetGlosses::sha256,
        json,
        WordNetGlosses::licences);
  }

  private static PromptSource ofJavadoc(
      JobContext context, JobConfig config, String source, Optional<Turns.Chat> chat) {
    String uri = source.substring(PreparePromptsKeys.JAVADOC.length());
    SourcesJar jar = SourcesJar.read(uri, context.hadoop());
    Shape usual = new Shape("javadoc", Template.of("{signature}\n"), "", "sentence", "");
    return ofRows(
        config,
        new Shapes(config, source, SourcesJar.COLUMNS).orUsual(usual),
        chat,
        () -> jar.file().sha256(),
        spark -> spark.createDataFrame(jar.rows(), JSON),
        jar::licences);
  }

  private static PromptSource ofTable(
      JobContext context, JobConfig config, String source, Optional<Turns.Chat> chat) {
    TableSource table = TableSource.find(source, context.hadoop());
    List<String> columns =
        table.format() == TableSource.Format.PARQUET
            ? List.of(table.read(context.spark()).columns())
            : fields(table.jsonRows(context.spark(), List.of()), source);
    Shape shape = new Shapes(config, source, columns).find();
    Dataset<Row> rows = table.jsonRows(context.spark(), shape.columns());
    return ofRows(
        config,
        shape,
        chat,
        () -> TableSource.hash(rows.select("value"), source),
        spark -> rows,
        () -> Licences.UNKNOWN);
  }

  /** All that are in any row, in order of the alphabet. */
  private static List<String> fields(Dataset<Row> rows, String source) {
    FlatMapFunction<String, String> names =
        json -> RowCheck.object(json).map(row -> row.keySet().iterator()).orElse(none());
    List<String> fields;
    try {
      fields =
          rows.select("value")
              .as(Encoders.STRING())
              .flatMap(names, Encoders.STRING())
              .distinct()
              .sort("value")
              .collectAsList();
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw TableSource.cannotRead(source, e);
    }
    if (fields.isEmpty()) {
      throw new DataException(
          Text.of(
              "No row of %s is a JSON object; expected one object a line.%s",
              source, PromptTable.JSON_ARRAY_HINT));
    }
    return fields;
  }

  private static Iterator<String> none() {
    return Collections.emptyIterator();
  }

  private static PromptSource ofRows(
      JobConfig config,
      Shape found,
      Optional<Turns.Chat> chat,
      Supplier<String> hash,
      Function<SparkSession, Dataset<Row>> json,
      Supplier<Licences> licences) {
    Shape shape = chat.map(found::with).orElse(found);
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("shape", shape.name());
    description.put("prompt", shape.template().columns());
    description.put("answer", shape.answer());
    chat.ifPresent(
        template -> {
          description.put("chatTemplate", CanonicalJson.sha256Of(template.template().source()));
          description.put("system", template.system());
        });
    return new PromptSource(
        config.get(PreparePromptsKeys.SOURCE),
        description,
        hash,
        (spark, check) -> {
          MapFunction<Row, Row> read = row -> check.row(row.getString(0), shape, row.getString(1));
          return json.apply(spark).map(read, Encoders.row(RowCheck.SCHEMA));
        },
        SymbolTokenizer.PREFIX + Alphabet.BYTES.label(),
        Map.of("kind", config.get(PreparePromptsKeys.CHECKER)),
        OptionalDouble.empty(),
        false,
        licences);
  }

  private static PromptSource ofTask(JobConfig config, String name) {
    PromptTask task = PreparePromptsKeys.task(config);
    int count = config.get(PreparePromptsKeys.COUNT);
    long seed = config.get(RunKeys.SEED);
    return new PromptSource(
        name,
        task.config(),
        () -> CanonicalJson.sha256Of(task.config()),
        (spark, check) -> {
          MapFunction<Long, Row> draw =
              id -> {
                PromptTask.Example e = task.example(seed, id);
                return check.row(e.prompt(), e.answer(), e.group(), e.planted(), id, name);
              };
          return spark.range(count).map(draw, Encoders.row(RowCheck.SCHEMA));
        },
        SymbolTokenizer.PREFIX + task.symbols(),
        task.config(),
        OptionalDouble.of(task.chanceRate()),
        task.isCloze(),
        () -> Licences.UNKNOWN);
  }

  Manifest.Parent parent() {
    return new Manifest.Parent("source", name, hash.get());
  }
}
