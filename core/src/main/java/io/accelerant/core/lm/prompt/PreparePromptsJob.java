package io.accelerant.core.lm.prompt;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.size;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Licences;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.HashSplit;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.lm.task.SkillPool;
import io.accelerant.core.lm.tokenizer.ChatTemplate;
import io.accelerant.core.lm.tokenizer.PretrainedTokenizer;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.lm.tokenizer.Tokenizers;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * {@code prepare-prompts}: prompts with answers that can be checked, from what people have or from
 * a task, as the artifact of {@link Prompts}.
 */
public final class PreparePromptsJob implements PublishingJob {
  /** Groups and planted words that have a metric of their own. */
  private static final int GROUPS = 100;

  private static final String POOL = PreparePromptsKeys.TASK + SkillPool.NAME;

  @Override
  public String name() {
    return "prepare-prompts";
  }

  @Override
  public String summary() {
    return "Prompts with answers that can be checked, from tables, text or a task";
  }

  @Override
  public List<Key<?>> keys() {
    return PreparePromptsKeys.all();
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    HashSplit split = HashSplit.of(config, PreparePromptsKeys.SPLIT);
    Noise noise = Noise.of(config);
    if (!noise.isNone() && config.get(PreparePromptsKeys.SOURCE).equals(POOL)) {
      throw config.invalid(
          PreparePromptsKeys.SOURCE,
          "plants noise of its own; set preparePrompts.skillPool instead of noise.");
    }
    Optional<PretrainedTokenizer> talking = talking(context, config);
    PromptSource source =
        PromptSource.of(context, config, talking.map(tokenizer -> chat(config, tokenizer)));
    Tokenizer tokenizer = tokenizer(context, config, source, talking);
    RowCheck check =
        new RowCheck(tokenizer, config.get(PreparePromptsKeys.MAXIMUM), source.cloze());
    return new Work(
        () -> parents(config, source, tokenizer),
        output ->
            List.of(
                Text.of("read %s: %s", source.name(), CanonicalJson.write(source.description())),
                Text.of(
                    "write rows of at most %d tokens of %s", check.longest(), tokenizer.describe()),
                "merge equal prompts, split by hash, train/validation/test " + split.shares(),
                "publish the prompts to " + output),
        run -> make(run, source, check, split, noise));
  }

  /** The tokenizer whose template makes the prompts, if that is asked for. */
  private static Optional<PretrainedTokenizer> talking(JobContext context, JobConfig config) {
    if (config
        .find(PreparePromptsKeys.TEMPLATE)
        .filter(PreparePromptsKeys.CHAT::equals)
        .isEmpty()) {
      config.refuse(List.of(PreparePromptsKeys.SYSTEM), "is for preparePrompts.template = chat.");
      return Optional.empty();
    }
    String named = config.find(PreparePromptsKeys.TOKENIZER).orElse("");
    if (named.isEmpty()
        || !(tokenizer(context, config, named) instanceof PretrainedTokenizer tokenizer)) {
      throw config.invalid(
          PreparePromptsKeys.TEMPLATE,
          "= chat is a template of files: name their folder as preparePrompts.tokenizer.");
    }
    return Optional.of(tokenizer);
  }

  private static Turns.Chat chat(JobConfig config, PretrainedTokenizer tokenizer) {
    try {
      Turns.Chat chat = new Turns.Chat(tokenizer.chat(), config.get(PreparePromptsKeys.SYSTEM));
      chat.prompt(List.of(new ChatTemplate.Message("user", "a")));
      return chat;
    } catch (IllegalArgumentException e) {
      throw config.invalid(
          PreparePromptsKeys.TEMPLATE, "= chat cannot be: " + e.getMessage() + ".");
    }
  }

  private static Tokenizer tokenizer(JobContext context, JobConfig config, String name) {
    try {
      return Tokenizers.named(name, context.hadoop());
    } catch (IllegalArgumentException e) {
      throw config.invalid(PreparePromptsKeys.TOKENIZER, "cannot be: " + e.getMessage() + ".");
    }
  }

  /**
   * @param talking was opened before
   */
  private static Tokenizer tokenizer(
      JobContext context,
      JobConfig config,
      PromptSource source,
      Optional<PretrainedTokenizer> talking) {
    Tokenizer tokenizer =
        talking.isPresent()
            ? talking.get()
            : tokenizer(
                context,
                config,
                config.find(PreparePromptsKeys.TOKENIZER).orElse(source.symbols()));
    if (source.cloze() && !(tokenizer instanceof SymbolTokenizer)) {
      throw config.invalid(
          PreparePromptsKeys.TOKENIZER,
          Text.of(
              "cannot be for %s, whose gaps are of one symbol each; take an alphabet.",
              source.name()));
    }
    return tokenizer;
  }

  /** An alphabet is part of the configuration already. */
  private static List<Manifest.Parent> parents(
      JobConfig config, PromptSource source, Tokenizer tokenizer) {
    return tokenizer instanceof SymbolTokenizer
        ? List.of(source.parent())
        : List.of(
            source.parent(),
            new Manifest.Parent(
                "tokenizer", config.get(PreparePromptsKeys.TOKENIZER), tokenizer.hash()));
  }

  private static Product make(
      Run run, PromptSource source, RowCheck check, HashSplit split, Noise noise) {
    JobContext context = run.context();
    boolean refuse = run.config().get(PreparePromptsKeys.ON_BAD).equals("refuse");
    boolean equal = run.config().get(PreparePromptsKeys.EQUAL).equals("keep");
    Dataset<Row> rows = source.rows().apply(context.spark(), check);
    try (PromptTable table =
        PromptTable.of(rows, check, split, noise, equal, refuse, source.name())) {
      ArtifactTables.Written written = ArtifactTables.write(run, table.table(), Prompts.KIND);
      Map<String, Number> metrics = metrics(source, table.dropped(), written.rows());
      long prompts = metrics.get("prompts").longValue();
      context.progress().say("%,d prompts from %s", prompts, source.name());
      run.artifact().writeJson(Prompts.CONFIG, describe(source, check, split, metrics));
      check.tokenizer().write(run.artifact());
      Licences licences = source.licences().get();
      licences.write(run.artifact());
      return new Product(
          run.draft(Prompts.KIND, metrics)
              .withTable(written.folder(), TableFingerprint.of(typed(written.rows()))),
          report(run, source, check, metrics, written.rows()).files(),
          card(run, source, check, written, licences),
          new Check("the number of prompts", prompts, artifact -> count(context, artifact)));
    }
  }

  /** JSON lines have whole numbers of 64 bits. */
  private static Dataset<Row> typed(Dataset<Row> rows) {
    return rows.withColumn("ids", col("ids").cast("array<int>"))
        .withColumn("given", col("given").cast("array<int>"));
  }

  /** As a reader of the prompts gets it. */
  private static long count(JobContext context, Artifact artifact) {
    return Prompts.open(context.spark(), context.hadoop(), artifact.uri(), "prepare-prompts")
        .table()
        .count();
  }

  private static Map<String, Number> metrics(
      PromptSource source, Map<String, Long> dropped, Dataset<Row> written) {
    Row row = written.agg(functions.count(lit(1)), max(size(col("ids")))).head();
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("prompts", row.getLong(0));
    HashSplit.NAMES.forEach(name -> metrics.put("prompts." + name, 0L));
    counts(written, "split").forEach((name, count) -> metrics.put("prompts." + name, count));
    dropped.forEach((reason, count) -> metrics.put("dropped." + reason, count));
    metrics.put("longest", row.getInt(1));
    source.chanceRate().ifPresent(rate -> metrics.put("chanceRate", rate));
    counts(written, "task").forEach((name, count) -> metrics.put("task." + name, count));
    counts(written.filter(col("planted").notEqual("")), "planted")
        .forEach((name, count) -> metrics.put("planted." + name, count));
    return metrics;
  }

  /** Rows by the most frequent values of a column, in order of the values. */
  private static Map<String, Long> counts(Dataset<Row> rows, String column) {
    Map<String, Long> counts = new TreeMap<>();
    rows.groupBy(column)
        .count()
        .orderBy(col("count").desc(), col(column))
        .limit(GROUPS)
        .collectAsList()
        .forEach(row -> counts.put(row.getString(0), row.getLong(1)));
    return counts;
  }

  private static Map<String, Object> describe(
      PromptSource source, RowCheck check, HashSplit split, Map<String, Number> metrics) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("kind", Prompts.KIND);
    description.put("tokenizer", check.tokenizer().config());
    description.put("checker", source.checker());
    description.put("longest", metrics.get("longest"));
    description.put("cloze", source.cloze());
    source.chanceRate().ifPresent(rate -> description.put("chanceRate", rate));
    description.put("source", source.description());
    description.put("split", split.shares());
    description.put("counts", metrics);
    return description;
  }

  private static Report report(
      Run run,
      PromptSource source,
      RowCheck check,
      Map<String, Number> metrics,
      Dataset<Row> written) {
    Table table = Table.of("count", "value");
    metrics.forEach(table::row);
    List<String> texts = new ArrayList<>();
    for (Row row : written.filter(col("id").lt(10)).orderBy("id").collectAsList()) {
      texts.add(
          Text.of(
              "[%s] %s -> %s",
              row.getAs("task"), row.<String>getAs("prompt").strip(), row.getAs("answer")));
    }
    return Report.titled("Prompts from " + source.name(), run.context().progress()::say)
        .paragraph(
            Text.of(
                "Rows of the source = prompts that are no planted copies + dropped. Read as `%s`,"
                    + " written in tokens of `%s`, checked by `%s`.",
                CanonicalJson.write(source.description()),
                CanonicalJson.write(check.tokenizer().config()),
                CanonicalJson.write(source.checker())))
        .table(table)
        .section("The first prompts")
        .code("text", String.join("\n", texts));
  }

  private static ModelCard card(
      Run run,
      PromptSource source,
      RowCheck check,
      ArtifactTables.Written written,
      Licences licences) {
    return run.card(
        "Prompts from " + source.name(),
        Text.of(
            """
            Prompts with answers for language models. Table `%s`: `id` (0, 1, ..), `prompt`, `answer`,
            `ids` (tokens of the row, %d are possible%s), `given` (positions of the prompt), `task`
            (part of the task), `split` (train, validation, test; equal prompts in one), `planted`
            (what is true of a row and no method may read). `config.json` has the tokenizer and the
            checker.\
            """,
            written.folder(),
            check.tokenizer().size(),
            source.cloze() ? "" : Text.of(", %d is the end", check.tokenizer().end())),
        "import pandas as pd\n\nprompts = " + written.pandas(),
        licences.line("That of the source"));
  }
}
