package io.accelerant.selection.rs2;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.selection.subset.SubsetMode;
import io.accelerant.selection.subset.SubsetPlan;
import java.util.List;
import java.util.Map;

/** {@code report.md} and model card of {@code rs2}. */
final class Rs2Report {
  private static final int SHOWN = 20;

  private final JobContext context;
  private final Rs2Settings settings;
  private final Rs2Tables tables;
  private final Map<Long, Long> sizes;

  Rs2Report(JobContext context, Rs2Settings settings, Rs2Tables tables, Map<Long, Long> sizes) {
    this.context = context;
    this.settings = settings;
    this.tables = tables;
    this.sizes = sizes;
  }

  Map<String, byte[]> files() {
    Table table = Table.of("round", "rows");
    sizes.entrySet().stream().limit(SHOWN).forEach(e -> table.row(e.getKey(), e.getValue()));
    long drawn = sizes.values().stream().mapToLong(Long::longValue).sum();
    Table summary =
        Table.of("quantity", "value")
            .row("rows", tables.rows())
            .row("rounds of a pass", tables.roundsPerPass())
            .row("rows in all rounds", drawn)
            .row("bytes exchanged while rounds were drawn and written", tables.exchangeBytes());
    tables.permutation().ifPresent(p -> summary.row("permutation", p));
    Report report =
        Report.titled("Random subsets of " + settings.input(), context.progress()::say)
            .paragraph("Verdict: " + verdict())
            .table(summary)
            .paragraph(coverage())
            .section(sizes.size() > SHOWN ? "The first rounds" : "Rounds")
            .table(table);
    if (tables.sampler().get("strata") instanceof List<?> strata) {
      Table classes = Table.of("class", "rows", "in a round");
      for (Object stratum : strata) {
        Map<?, ?> s = (Map<?, ?>) stratum;
        classes.row(s.get("label"), s.get("rows"), s.get("size"));
      }
      report
          .section("Classes")
          .paragraph("A class of which the ratio is less than half a row is in no round.")
          .table(classes);
    }
    return report.files();
  }

  /** Whether sizes and exchange are what was promised. */
  private String verdict() {
    String exchange =
        tables.exchangeBytes() == 0
            ? "no byte was exchanged between stages"
            : tables.exchangeBytes() + " bytes were exchanged, which should be none";
    if (settings.approximate()) {
      return "sizes are binomial, as asked for; " + exchange + ".";
    }
    long smallest = sizes.values().stream().mapToLong(Long::longValue).min().orElse(0);
    long largest = sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    if (settings.stratify().isPresent()) {
      return Text.of("rounds have %d to %d rows; %s.", smallest, largest, exchange);
    }
    long size = SubsetPlan.size(tables.rows(), settings.ratio());
    boolean complete = sizes.size() == settings.rounds();
    boolean exact =
        complete
            && (settings.balanced()
                ? largest - smallest <= 1
                : smallest == size && largest == size);
    return Text.of(
        "%s (%d to %d, asked for %s); %s.",
        exact ? "sizes are exact" : "SIZES ARE NOT EXACT",
        smallest,
        largest,
        settings.balanced() ? "equal ones" : size,
        exchange);
  }

  private String coverage() {
    if (settings.mode() == SubsetMode.STATIC) {
      return "static: every round is the same subset. This is the baseline that RS2 has to beat,"
          + " not RS2.";
    }
    if (settings.mode() == SubsetMode.WITH_REPLACEMENT) {
      double seen = 1 - StrictMath.pow(1 - settings.ratio(), settings.rounds());
      return Text.of(
          "With replacement between rounds: by the formula 1 - (1 - r)^X, %s of the rows are"
              + " expected in some round.",
          Table.number(seen, 4));
    }
    return Text.of(
        "Without replacement: inside a pass of %d rounds no row comes twice%s",
        tables.roundsPerPass(),
        settings.balanced()
            ? ", and none is left out."
            : "; the rows that are left over sit out, others in every pass.");
  }

  static ModelCard card(Run run, Rs2Settings settings, Rs2Tables tables) {
    String folder = tables.folders().get(Rs2Tables.ROUND);
    String python =
        folder.equals(Rs2Tables.ROUND)
            ? "import pandas as pd\n\nround0 = pd.read_parquet(\"round/round=0\")"
            : "import pandas as pd, glob\n\n"
                + "round0 = pd.concat(pd.read_json(f, lines=True) for f in"
                + " sorted(glob.glob(\"round.jsonl/round=0/*.json\")))";
    if (settings.key().isEmpty()) {
      python +=
          ".sort_values(\"position\")\n\n"
              + "# the ids of any round, drawn anew with numpy alone:\n"
              + "#   python python/load.py 3";
    }
    return run.card(
        Text.of(
            "Random subsets: %s of %s rows, %s",
            settings.ratio(), tables.rows(), settings.mode().label()),
        Text.of(
            """
            Table `%s`, partitioned by `round`: a reader of one round reads its bytes only. Sort a round
            by `position` for its batches, or take `position` modulo the number of workers. `sampler.json`
            says how rounds are drawn, so that they can be drawn anew elsewhere.\
            """,
            folder),
        python,
        "That of the input.");
  }
}
