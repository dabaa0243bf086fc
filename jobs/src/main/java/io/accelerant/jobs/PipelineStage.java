package io.accelerant.jobs;

import io.accelerant.core.artifact.Location;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/**
 * One stage of a pipeline: a job with its configuration, in which {@code {name}} stands for the
 * artifact of an earlier stage.
 *
 * @param files HOCON files of the job
 * @param sets keys of the job to values, over those of the files
 * @param inputs URIs or globs that the stage reads and no stage makes; a change of name, size or
 *     time makes the stage run again
 */
record PipelineStage(
    String name, Job job, List<String> files, Map<String, Object> sets, List<String> inputs) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");
  private static final Pattern REFERENCE = Pattern.compile("\\{([a-z][a-z0-9-]*)}");
  private static final Set<String> FIELDS = Set.of("name", "job", "conf", "set", "inputs");

  /** What a pipeline says for all its stages, if it says it. */
  private static final List<Key<?>> SHARED =
      List.of(
          RunKeys.SEED,
          RunKeys.THREADS,
          RunKeys.KERNEL,
          RunKeys.DEVICE,
          RunKeys.GPUS,
          RunKeys.FORMAT);

  /** Digits of a key in the name of a folder. */
  private static final int DIGITS = 12;

  /**
   * Reads one stage.
   *
   * @param where it was written, for errors: such as {@code pipeline.stages[1]}
   * @throws ConfigException that says which field of which entry is wrong
   */
  static PipelineStage of(String where, Map<String, Object> entry, Map<String, Job> jobs) {
    for (String field : entry.keySet()) {
      if (!FIELDS.contains(field)) {
        throw new ConfigException(
            Text.of(
                "%s has a field %s; a stage has name, job, conf, set and inputs.", where, field));
      }
    }
    String name = text(entry, "name", where);
    if (!NAME.matcher(name).matches() || name.equals("version")) {
      throw new ConfigException(
          Text.of(
              "%s.name = \"%s\" must be lower-case letters, digits and dashes, and not"
                  + " \"version\".",
              where, name));
    }
    Job job = jobs.get(text(entry, "job", where));
    if (job == null) {
      throw new ConfigException(
          Text.of(
              "%s.job = \"%s\" must be one of %s.",
              where, entry.get("job"), String.join(", ", jobs.keySet())));
    }
    Map<String, Object> sets = new TreeMap<>();
    flatten("", entry.getOrDefault("set", Map.of()), where + ".set", sets);
    for (String key : sets.keySet()) {
      if (key.startsWith("spark.") || key.equals(RunKeys.OUTPUT.path())) {
        throw new ConfigException(
            Text.of(
                "%s.set.%s belongs to the pipeline, whose stages share one Spark session and one"
                    + " folder.",
                where, key));
      }
    }
    return new PipelineStage(
        name, job, texts(entry, "conf", where), sets, texts(entry, "inputs", where));
  }

  private static String text(Map<String, Object> entry, String field, String where) {
    if (entry.get(field) instanceof String text) {
      return text;
    }
    throw new ConfigException(Text.of("%s.%s is required, a string.", where, field));
  }

  private static List<String> texts(Map<String, Object> entry, String field, String where) {
    Object value = entry.getOrDefault(field, List.of());
    List<?> all = value instanceof List<?> list ? list : List.of(value);
    List<String> texts = new ArrayList<>();
    for (Object one : all) {
      if (!(one instanceof String text)) {
        throw new ConfigException(
            Text.of("%s.%s must be a string or a list of strings.", where, field));
      }
      texts.add(text);
    }
    return texts;
  }

  private static void flatten(String path, Object value, String where, Map<String, Object> flat) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((k, v) -> flatten(path.isEmpty() ? "" + k : path + "." + k, v, where, flat));
    } else if (path.isEmpty()) {
      throw new ConfigException(where + " must be an object of the job's keys.");
    } else {
      flat.put(path, value);
    }
  }

  /**
   * The configuration of the job.
   *
   * @param artifacts what the names of earlier stages stand for
   * @throws ConfigException naming the stage, if the job does not accept it
   */
  JobConfig config(Map<String, String> artifacts, String output, JobConfig pipeline) {
    List<String> all = new ArrayList<>();
    for (Key<?> key : SHARED) {
      if (pipeline.isGiven(key)) {
        all.add(key.path() + "=" + pipeline.get(key));
      }
    }
    sets.forEach((key, value) -> all.add(key + "=" + shown(value, artifacts)));
    all.add(RunKeys.OUTPUT.path() + "=" + output);
    try {
      return JobConfig.load(
          files.stream().map(file -> Location.of(file).local()).toList(), all, job.keys());
    } catch (ConfigException e) {
      throw new ConfigException(Text.of("Stage %s (%s): %s", name, job.name(), e.getMessage()), e);
    }
  }

  /** The earlier stages that its settings name. */
  Set<String> references() {
    return REFERENCE
        .matcher(CanonicalJson.write(sets))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private String shown(Object value, Map<String, String> artifacts) {
    UnaryOperator<String> fill = text -> filled(text, artifacts);
    if (value instanceof String text) {
      return fill.apply(text);
    }
    return fill.apply(CanonicalJson.write(value));
  }

  private String filled(String text, Map<String, String> artifacts) {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String uri = artifacts.get(matcher.group(1));
      if (uri == null) {
        throw new ConfigException(
            Text.of(
                "Stage %s: {%s} is no earlier stage; there are %s.",
                name, matcher.group(1), artifacts.keySet()));
      }
      matcher.appendReplacement(filled, Matcher.quoteReplacement(uri));
    }
    return matcher.appendTail(filled).toString();
  }

  /**
   * What the stage makes, as the end of its folder's name: name and the hash of configuration,
   * inputs and the format of checkpoints. Equal text, equal content.
   *
   * @param earlier such texts of the earlier stages
   */
  String key(Map<String, String> earlier, JobConfig pipeline, Configuration hadoop) {
    Map<String, Object> identity = new TreeMap<>();
    identity.put("job", job.name());
    identity.put("config", config(earlier, "unused", pipeline).identity());
    identity.put("inputs", fingerprints(hadoop));
    return name + "-" + StageStore.resumeKey(identity).substring(0, DIGITS);
  }

  private List<String> fingerprints(Configuration hadoop) {
    List<String> found = new ArrayList<>();
    for (String input : inputs) {
      try {
        Location location = Location.of(input);
        FileSystem store = location.path().getFileSystem(hadoop);
        List<FileStatus> matches = location.find(hadoop);
        if (matches.isEmpty()) {
          throw new DataException(
              Text.of(
                  "Stage %s: there is nothing at its input %s.%s", name, input, location.hint()));
        }
        for (FileStatus match : matches) {
          collect(store, match, found);
        }
      } catch (IOException e) {
        throw new DataException(
            Text.of("Stage %s: cannot list its input %s: %s", name, input, e.getMessage()), e);
      }
    }
    return found;
  }

  private static void collect(FileSystem store, FileStatus status, List<String> found)
      throws IOException {
    if (!status.isDirectory()) {
      found.add(
          Text.of("%s %d %d", status.getPath(), status.getLen(), status.getModificationTime()));
      return;
    }
    FileStatus[] children = store.listStatus(status.getPath());
    Arrays.sort(children);
    for (FileStatus child : children) {
      collect(store, child, found);
    }
  }
}
