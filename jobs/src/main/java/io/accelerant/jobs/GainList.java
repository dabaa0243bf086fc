package io.accelerant.jobs;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.config.Nearest;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@link GainsJob} measures: {@code gains.conf} beside this class, or another list.
 *
 * @param data jobs that prepare what entries read, each on what those before it have made
 */
record GainList(List<PipelineStage> data, List<GainEntry> entries) {
  static final Key<List<Map<String, Object>>> DATA =
      Key.objects(
              "gains.data",
              "Jobs that prepare data, as stages of a pipeline are written; default: those of the"
                  + " list that comes along")
          .optional();
  static final Key<List<Map<String, Object>>> ENTRIES =
      Key.objects(
              "gains.entries",
              "Rows, each { name, method, measured, control, job, conf = an example file, set {"
                  + " what it reads, as {name} of gains.data }, results = [{ of, kind = ratio,"
                  + " times or difference, better = less or more, value, control, interval ="
                  + " metrics of the artifact, missing }] }; default: the list that comes along")
          .optional();

  /**
   * @throws ConfigException that says which field of which entry is wrong
   */
  static GainList of(JobConfig config) {
    Map<String, Job> jobs = Commands.byName();
    JobConfig own = JobConfig.load(List.of(), List.of("gains=" + own()), List.of(DATA, ENTRIES));
    List<PipelineStage> data = new ArrayList<>();
    for (Map<String, Object> stage : config.find(DATA).orElse(own.get(DATA))) {
      data.add(PipelineStage.of(Text.of("gains.data[%d]", data.size()), stage, jobs));
    }
    List<GainEntry> entries = new ArrayList<>();
    for (Map<String, Object> entry : config.find(ENTRIES).orElse(own.get(ENTRIES))) {
      entries.add(GainEntry.of(Text.of("gains.entries[%d]", entries.size()), entry, jobs));
    }
    requireDistinct("gains.data", data.stream().map(PipelineStage::name).toList());
    requireDistinct("gains.entries", entries.stream().map(GainEntry::name).toList());
    return new GainList(data, entries);
  }

  private static String own() {
    try (InputStream in = GainList.class.getResourceAsStream("gains.conf")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireDistinct(String where, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new ConfigException(Text.of("%s has two elements named %s.", where, name));
      }
    }
  }

  /** What has to be made before a stage, in order. */
  List<PipelineStage> dataOf(PipelineStage stage) {
    Set<String> wanted = new HashSet<>(stage.references());
    List<PipelineStage> needed = new ArrayList<>();
    for (int i = data.size() - 1; i >= 0; i--) {
      if (wanted.contains(data.get(i).name())) {
        wanted.addAll(data.get(i).references());
        needed.add(0, data.get(i));
      }
    }
    return needed;
  }

  /**
   * The entries of these names, in the order of the list.
   *
   * @param key that names them, for errors
   */
  List<GainEntry> named(List<String> names, JobConfig config, Key<?> key) {
    List<String> known = entries.stream().map(GainEntry::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw config.invalid(
            key,
            Text.of(
                "names %s, which is no row; the nearest is %s.",
                name, Nearest.to(name, known).orElse("none")));
      }
    }
    return entries.stream().filter(entry -> names.contains(entry.name())).toList();
  }
}
