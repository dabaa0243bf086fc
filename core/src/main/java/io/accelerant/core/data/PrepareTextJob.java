package io.accelerant.core.data;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Licences;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.CorpusTable.Counts;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
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
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * {@code prepare-text}: documents to a corpus of windows. A document is normalised to an alphabet
 * and cut into consecutive windows of exactly {@code length} symbols; a shorter tail, and a
 * document without a whole window, is dropped and counted. Equal documents count once.
 */
public final class PrepareTextJob implements PublishingJob {
  static final Key<String> SOURCE =
      Key.string(
              "prepareText.source",
              "wordnet, or the URI of text files (a line is a document), Parquet or JSON lines")
          .withDefault(WordNetGlosses.SOURCE);
  static final Key<String> COLUMN =
      Key.string(
              "prepareText.column",
              "Column of a Parquet or JSON source that holds the text; \"text\" unless set")
          .optional();
  static final Key<Integer> LENGTH =
      Key.integer("prepareText.length", "Symbols of a window").between(2, 65536).withDefault(64);
  static final Key<String> ALPHABET =
      Key.string(
              "prepareText.alphabet",
              "letters27: a-z and space; bytes: those of UTF-8; pieces: of words over letters27,"
                  + " found in the train split by byte pair encoding")
          .oneOf(Alphabet.LETTERS27.label(), Alphabet.BYTES.label(), PieceAlphabet.LABEL)
          .withDefault(Alphabet.LETTERS27.label());
  static final Key<Integer> PIECES =
      Key.integer("prepareText.pieces", "Symbols of the alphabet pieces; 1024 unless set")
          .between(28, 65000)
          .optional();
  static final Key<List<Double>> SPLIT =
      Key.numbers("prepareText.split", "Shares of documents for train, validation and test")
          .between(0, 1)
          .withDefault(List.of(0.9, 0.05, 0.05));

  private static final int PIECES_UNLESS_SET = 1024;

  @Override
  public String name() {
    return "prepare-text";
  }

  @Override
  public String summary() {
    return "Cut text into equal windows, split by document, as a corpus artifact";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(List.of(SOURCE, COLUMN, LENGTH, ALPHABET, PIECES, SPLIT));
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    HashSplit split = HashSplit.of(config, SPLIT);
    if (config.find(PIECES).isPresent() && !inPieces(config)) {
      throw config.invalid(
          PIECES, Text.of("is for %s = %s.", ALPHABET.path(), PieceAlphabet.LABEL));
    }
    Documents documents = documents(context, config);
    return new Work(
        () -> List.of(new Manifest.Parent("source", config.get(SOURCE), documents.hash().get())),
        output ->
            List.of(
                "read documents from " + config.get(SOURCE),
                Text.of(
                    "normalise to %s, drop duplicates, cut into windows of %d symbols",
                    config.get(ALPHABET), config.get(LENGTH)),
                "split documents by hash, train/validation/test " + split.shares(),
                "publish the corpus to " + output),
        run -> make(run, documents.table().get(), split));
  }

  private static Product make(Run run, Dataset<Row> documents, HashSplit split) {
    JobConfig config = run.config();
    int length = config.get(LENGTH);
    try (CorpusTable corpus = table(config, documents, split)) {
      long windows = corpus.counts().windows();
      run.context()
          .progress()
          .say("%,d documents, %,d windows of %d symbols", corpus.counts().read(), windows, length);
      ArtifactTables.Written written = ArtifactTables.write(run, corpus.table(), Corpus.TABLE);
      Map<String, Number> metrics = metrics(corpus.counts(), length, written.rows());
      run.artifact().writeJson(Corpus.CONFIG, describe(corpus.alphabet(), length, split.shares()));
      run.artifact().writeJson("vocabulary.json", corpus.alphabet().vocabulary());
      licences(config.get(SOURCE)).write(run.artifact());
      return new Product(
          run.draft(Corpus.KIND, metrics)
              .withTable(written.folder(), TableFingerprint.of(written.rows())),
          report(run, metrics, written.rows()).files(),
          card(run, written),
          new Check("the number of windows", windows, artifact -> count(run, artifact)));
    }
  }

  private static CorpusTable table(JobConfig config, Dataset<Row> documents, HashSplit split) {
    String source = config.get(SOURCE);
    int pieces = config.find(PIECES).orElse(PIECES_UNLESS_SET);
    boolean inPieces = inPieces(config);
    Alphabet letters = inPieces ? Alphabet.LETTERS27 : Alphabet.ofLabel(config.get(ALPHABET));
    return CorpusTable.of(
        documents,
        letters,
        train -> inPieces ? PieceLearning.of(train, pieces, source) : letters,
        config.get(LENGTH),
        split,
        source);
  }

  private static boolean inPieces(JobConfig config) {
    return config.get(ALPHABET).equals(PieceAlphabet.LABEL);
  }

  /** As a reader of the corpus gets it. */
  private static long count(Run run, Artifact artifact) {
    JobContext context = run.context();
    return Corpus.open(context.spark(), context.hadoop(), artifact.uri(), "prepare-text")
        .table()
        .count();
  }

  private static void refuseColumn(JobConfig config) {
    if (config.find(COLUMN).isPresent()) {
      throw config.invalid(
          COLUMN, Text.of("is for Parquet and JSON; %s has no columns.", config.get(SOURCE)));
    }
  }

  private static boolean isWordNet(String source) {
    return source.equals(WordNetGlosses.SOURCE);
  }

  private static Licences licences(String source) {
    return isWordNet(source) ? WordNetGlosses.licences() : Licences.UNKNOWN;
  }

  /**
   * Documents in a column {@code text}; those that come along need Spark when they are read, not
   * before.
   */
  private record Documents(Supplier<Dataset<Row>> table, Supplier<String> hash) {}

  private static Documents documents(JobContext context, JobConfig config) {
    String source = config.get(SOURCE);
    if (isWordNet(source)) {
      refuseColumn(config);
      return new Documents(() -> WordNetGlosses.read(context.spark()), WordNetGlosses::sha256);
    }
    Dataset<Row> table = table(context, config);
    return new Documents(() -> table, () -> TableSource.hash(table, source));
  }

  private static Dataset<Row> table(JobContext context, JobConfig config) {
    String uri = config.get(SOURCE);
    TableSource source = TableSource.find(uri, context.hadoop());
    Dataset<Row> table = source.read(context.spark());
    if (source.format() == TableSource.Format.TEXT) {
      refuseColumn(config);
      return table.select(col("value").as("text"));
    }
    String column = config.find(COLUMN).orElse("text");
    boolean isText =
        List.of(table.columns()).contains(column)
            && table.schema().apply(column).dataType().equals(DataTypes.StringType);
    if (!isText) {
      throw new DataException(
          Text.of(
              "%s has no text column \"%s\"; its columns are %s. Set prepareText.column.",
              uri, column, TableSource.columns(table)));
    }
    return table.select(table.col("`" + column.replace("`", "``") + "`").as("text"));
  }

  private static Map<String, Object> describe(Alphabet alphabet, int length, List<Double> split) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("kind", Corpus.KIND);
    description.putAll(alphabet.config());
    description.put("symbols", alphabet.size());
    description.put("length", length);
    description.put("normalisation", alphabet.normalisation());
    description.put("split", split);
    return description;
  }

  private static Map<String, Number> metrics(Counts counts, int length, Dataset<Row> written) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("documents", counts.read());
    metrics.put("documents.missing", counts.missing());
    metrics.put("documents.duplicate", counts.duplicates());
    metrics.put("documents.short", counts.tooShort());
    metrics.put("documents.used", counts.used());
    metrics.put("windows", counts.windows());
    for (String split : HashSplit.NAMES) {
      metrics.put("windows." + split, 0L);
    }
    for (Row row : written.groupBy("split").count().collectAsList()) {
      metrics.put("windows." + row.getString(0), row.getLong(1));
    }
    metrics.put("symbols", counts.windows() * length);
    metrics.put("symbols.dropped", counts.symbols() - counts.windows() * length);
    return metrics;
  }

  private static Report report(Run run, Map<String, Number> metrics, Dataset<Row> written) {
    Table table = Table.of("count", "value");
    metrics.forEach(table::row);
    List<String> texts = new ArrayList<>();
    for (Row row : written.filter(col("id").lt(10)).orderBy("id").collectAsList()) {
      texts.add(row.getAs("text"));
    }
    return Report.titled("Corpus from " + run.config().get(SOURCE), run.context().progress()::say)
        .paragraph(
            "Documents = missing + duplicate + short + used; symbols.dropped are tails of documents"
                + " and documents shorter than a window, after equal documents were merged.")
        .table(table)
        .section("The first windows")
        .code("text", String.join("\n", texts));
  }

  private static ModelCard card(Run run, ArtifactTables.Written written) {
    JobConfig config = run.config();
    return run.card(
        Text.of("Corpus: windows of %d symbols", config.get(LENGTH)),
        Text.of(
            """
            Text for discrete diffusion models. Table `%s`: `id` (0, 1, ..), `text` (of
            %d symbols, one after the other), `split` (train, validation, test; whole documents), `document` (64-bit
            hash of the normalised document). `vocabulary.json` lists the symbols by token. Equal
            documents occur once; near-duplicates may be on both sides of a split.\
            """,
            written.folder(), config.get(LENGTH)),
        "import pandas as pd\n\ncorpus = " + written.pandas(),
        licences(config.get(SOURCE)).line("That of the source"));
  }
}
