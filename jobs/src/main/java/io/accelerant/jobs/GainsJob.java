package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactFolder;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.report.Report;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table of what the methods gain: the examples of {@code conf/} run unchanged, but for where
 * their data and outputs lie, and one row of each beside its control. Every step is an ordinary
 * job; what this very program has made already is used again, so that a run that was killed goes
 * on.
 */
final class GainsJob implements Job {
  private static final int LARGEST = 1 << 24;

  private static final Key<String> OUTPUT =
      Key.string(RunKeys.OUTPUT.path(), "Folder for the report and the artifacts of all steps")
          .withDefault("out/gains")
          .operational();
  private static final Key<List<String>> ONLY =
      Key.strings(
              "gains.only",
              "Names of the rows to make; the others stay as gains.record has them, all of them if"
                  + " none is named. Default: every row")
          .optional();
  private static final Key<String> RECORD =
      Key.string("gains.record", "JSON file of what was measured, read and written again")
          .withDefault("docs/gains.json")
          .operational();
  private static final Key<String> README =
      Key.string(
              "gains.readme",
              "Markdown file whose table is written anew, between the lines "
                  + GainRecord.BEGIN
                  + " and "
                  + GainRecord.END)
          .optional()
          .operational();

  @Override
  public String name() {
    return "gains";
  }

  @Override
  public String summary() {
    return "The table of what the methods gain: examples run, each beside its control, half an hour";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys =
        new ArrayList<>(
            RunKeys.and(List.of(ONLY, RECORD, README, GainList.DATA, GainList.ENTRIES)));
    keys.replaceAll(key -> key.path().equals(OUTPUT.path()) ? OUTPUT : key);
    return List.copyOf(keys);
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    Work work = Work.of(context, config);
    rendered(context, config, record(context, config));
    List<String> lines = new ArrayList<>();
    for (GainEntry entry : work.chosen) {
      Map<String, String> data = new LinkedHashMap<>();
      for (PipelineStage stage : work.list.dataOf(entry.stage())) {
        stage.config(data, "unused", config);
        data.put(stage.name(), work.steps.output(stage.name()));
        lines.add(Text.of("%s: %s", stage.job().name(), data.get(stage.name())));
      }
      entry.stage().config(data, "unused", config);
      lines.add(Text.of("%s: %s with %s", entry.name(), entry.stage().job().name(), entry.conf()));
    }
    lines.add("the table: " + work.folder() + "/report.html and " + config.get(RECORD));
    return lines.stream().distinct().toList();
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    plan(context, config); // what is wrong should not end a run of half an hour
    Work work = Work.of(context, config);
    Map<String, Artifact> artifacts = new LinkedHashMap<>();
    GainTimes times = GainTimes.of(work.folder(), context.hadoop());
    Map<String, Map<String, Double>> seconds = new LinkedHashMap<>();
    for (GainEntry entry : work.chosen) {
      List<Artifact> made = work.make(entry, times, artifacts.size() + 1);
      artifacts.put(entry.name(), made.get(made.size() - 1));
      seconds.put(entry.name(), times.of(made));
    }
    // behind all runs: what is wrong with a number costs no other one
    Map<String, GainRow> rows = new LinkedHashMap<>();
    for (GainEntry entry : work.chosen) {
      Artifact artifact = artifacts.get(entry.name());
      rows.put(entry.name(), GainRow.of(entry, artifact, seconds.get(entry.name())));
    }
    GainRecord record = record(context, config).with(work.list.entries(), rows);
    write(context, config, record);
    return result(record, report(context, record, work.folder()));
  }

  /** What is to be done. */
  private record Work(JobConfig config, Steps steps, GainList list, List<GainEntry> chosen) {
    static Work of(JobContext context, JobConfig config) {
      String folder = config.get(OUTPUT).replaceAll("(?<=[^/])/+$", "");
      if (Versions.holdsVersion(folder)) {
        throw config.invalid(OUTPUT, "is the folder of all steps and holds no {version}.");
      }
      Versions.requireWritable(folder, context.hadoop());
      GainList list = GainList.of(config);
      return new Work(
          config,
          new Steps(context, folder, List.of()),
          list,
          config.find(ONLY).map(names -> list.named(names, config, ONLY)).orElse(list.entries()));
    }

    String folder() {
      return steps.folder();
    }

    /** The artifacts of its data, and that of the entry at the end. */
    List<Artifact> make(GainEntry entry, GainTimes times, int number) {
      List<Artifact> made = new ArrayList<>();
      Map<String, String> data = new LinkedHashMap<>();
      String title = Text.of("%d/%d %s: ", number, chosen.size(), entry.name());
      for (PipelineStage stage : list.dataOf(entry.stage())) {
        made.add(make(title + "prepare " + stage.name(), stage, stage.name(), data, times));
        data.put(stage.name(), made.get(made.size() - 1).uri());
      }
      made.add(make(title + entry.conf(), entry.stage(), entry.output(), data, times));
      return made;
    }

    private Artifact make(
        String title, PipelineStage stage, String name, Map<String, String> data, GainTimes times) {
      // what reads nothing that was made here reads what comes along with this program
      Steps.Search finished =
          stage.references().isEmpty() ? FinishedStep::findMadeOfOwn : FinishedStep::find;
      Steps.Made made =
          steps.make(title, stage.job(), stage.config(data, steps.output(name), config), finished);
      made.seconds().ifPresent(taken -> times.note(made.artifact(), taken));
      steps.context().checkStop();
      return made.artifact();
    }
  }

  private static GainRecord record(JobContext context, JobConfig config) {
    return find(config.get(RECORD), context).map(GainRecord::read).orElse(new GainRecord(Map.of()));
  }

  private static Optional<InputFile> find(String uri, JobContext context) {
    return InputFile.find(uri, context.hadoop(), LARGEST);
  }

  /** The Markdown file with the table, if there is one to write. */
  private static Optional<byte[]> rendered(
      JobContext context, JobConfig config, GainRecord record) {
    return config
        .find(README)
        .map(uri -> InputFile.read(uri, context.hadoop(), LARGEST))
        .map(old -> record.in(new String(old.content(), StandardCharsets.UTF_8), old.uri()))
        .map(markdown -> markdown.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(JobContext context, JobConfig config, GainRecord record) {
    Optional<byte[]> markdown = rendered(context, config, record);
    ArtifactFolder.replace(config.get(RECORD), record.json(), context.hadoop());
    markdown.ifPresent(text -> ArtifactFolder.replace(config.get(README), text, context.hadoop()));
  }

  private static String report(JobContext context, GainRecord record, String uri) {
    String title = "What the methods gain";
    Report report =
        Report.titled(title, warning -> {})
            .paragraph(
                "The examples of `conf/` as they are, each beside its control; where there is no"
                    + " gain it says so. The reports of the artifacts have the other controls.")
            .table(
                record.table(
                    row -> Text.of("[%s](<%s/README.md>)", row.artifact(), row.artifact())))
            .paragraph(record.made());
    String page =
        ArtifactIndex.writeBeside(report, title, ArtifactFolder.open(uri, context.hadoop()));
    context.progress().say("done: open %s", page);
    return page;
  }

  private static JobResult result(GainRecord record, String page) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("seconds", record.seconds());
    record
        .rows()
        .forEach(
            (name, row) -> {
              for (int i = 0; i < row.results().size(); i++) {
                String metric = Text.of("%s.%d", name, i + 1);
                row.results().get(i).number().forEach(number -> metrics.put(metric, number));
              }
            });
    return new JobResult(page.replaceFirst("/[^/]*$", ""), record.contentHash(), metrics);
  }
}
