package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactReport;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Jobs one after the other, each on the artifacts of those before it. The folder of a stage is
 * named by the hash of all that decides its content, so a stage that is there is done, a stage that
 * was interrupted goes on, and one whose configuration or input changed runs anew, with all that
 * stand on it.
 */
final class PipelineJob implements Job {
  private static final Key<String> OUTPUT =
      Key.string(RunKeys.OUTPUT.path(), "Folder of the artifacts of all stages").operational();
  private static final Key<List<Map<String, Object>>> STAGES =
      Key.objects(
          "pipeline.stages",
          "Stages in order, each { name, job, conf = [files], set { keys of the job }, inputs ="
              + " [URIs that no stage makes] }; {name} in a value is the artifact of an earlier"
              + " stage");
  private static final Key<String> PUBLISH =
      Key.string("pipeline.publish.stage", "Stage whose artifact is published at the end")
          .optional()
          .operational();
  private static final Key<String> TO =
      Key.string("pipeline.publish.to", "URI of the published copy; may hold {version}")
          .optional()
          .operational();
  private static final Key<String> IF =
      Key.string(
              "pipeline.publish.if",
              "When to publish: <stage>.<metric> < <number> (or <=, >, >=); default: always")
          .optional()
          .operational();
  private static final Key<String> UNTIL =
      Key.string(
              "pipeline.until",
              "Stop after this stage and publish nothing, for schedulers that start every stage by"
                  + " itself")
          .optional()
          .operational();

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public String summary() {
    return "Run jobs one after the other; finished stages are skipped, an interrupted one goes on";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(RunKeys.and(List.of(STAGES, PUBLISH, TO, IF, UNTIL)));
    keys.replaceAll(key -> key.path().equals(OUTPUT.path()) ? OUTPUT : key);
    return List.copyOf(keys);
  }

  /** A stage with what its names stand for, and whether its artifact is there. */
  private record Planned(
      PipelineStage stage, JobConfig config, String uri, Optional<Artifact> artifact) {}

  private static List<Planned> planned(JobContext context, JobConfig config) {
    Map<String, Job> jobs = Commands.byName();
    String folder = config.get(OUTPUT).replaceAll("/+$", "");
    if (Versions.holdsVersion(folder)) {
      throw config.invalid(OUTPUT, "is the folder of all stages and holds no {version}.");
    }
    Versions.requireWritable(folder, context.hadoop());
    config.find(TO).ifPresent(to -> Versions.requireWritable(to, context.hadoop()));
    List<Map<String, Object>> entries = config.get(STAGES);
    if (entries.isEmpty()) {
      throw config.invalid(STAGES, "lists no stage.");
    }
    Map<String, String> keys = new LinkedHashMap<>();
    Map<String, String> uris = new LinkedHashMap<>();
    List<Planned> planned = new ArrayList<>();
    for (Map<String, Object> entry : entries) {
      PipelineStage stage =
          PipelineStage.of(Text.of("pipeline.stages[%d]", planned.size()), entry, jobs);
      if (keys.containsKey(stage.name())) {
        throw config.invalid(STAGES, Text.of("has two stages named %s.", stage.name()));
      }
      String key = stage.key(keys, config, context.hadoop());
      String uri = folder + "/" + key;
      planned.add(
          new Planned(
              stage, stage.config(uris, uri, config), uri, Artifact.find(uri, context.hadoop())));
      keys.put(stage.name(), key);
      uris.put(stage.name(), uri);
    }
    requirePublishing(config, uris);
    return config.find(UNTIL).map(last -> upTo(last, planned, config)).orElse(planned);
  }

  private static List<Planned> upTo(String last, List<Planned> all, JobConfig config) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).stage.name().equals(last)) {
        return all.subList(0, i + 1);
      }
    }
    throw config.invalid(
        UNTIL,
        Text.of(
            "is \"%s\"; the stages are %s.", last, all.stream().map(p -> p.stage.name()).toList()));
  }

  /** The stage to publish; empty if nothing is to be. */
  private static Optional<String> published(JobConfig config) {
    return config.find(UNTIL).isPresent() ? Optional.empty() : config.find(PUBLISH);
  }

  private static void requirePublishing(JobConfig config, Map<String, String> uris) {
    Optional<String> stage = config.find(PUBLISH);
    if (stage.isPresent() != config.find(TO).isPresent()) {
      throw new ConfigException(
          "pipeline.publish.stage and pipeline.publish.to go together; one of them is not set.");
    }
    if (stage.isPresent() && !uris.containsKey(stage.get())) {
      throw config.invalid(
          PUBLISH, Text.of("is \"%s\"; the stages are %s.", stage.get(), uris.keySet()));
    }
    config.find(IF).ifPresent(PublishRule::of);
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    List<String> lines = new ArrayList<>();
    boolean waits = false;
    for (Planned p : planned(context, config)) {
      String head = Text.of("%s (%s): ", p.stage.name(), p.stage.job().name());
      if (p.artifact.isPresent()) {
        lines.add(head + "done, " + p.uri);
        continue;
      }
      lines.add(head + "to run, " + p.uri);
      if (!waits) {
        // what follows stands on artifacts that are not there yet
        p.stage.job().plan(context, p.config).forEach(line -> lines.add("  " + line));
      }
      waits = true;
    }
    if (!waits) {
      lines.add("nothing to run: no configuration and no input has changed");
    }
    published(config)
        .ifPresent(
            stage ->
                lines.add(
                    Text.of(
                        "publish %s to %s%s",
                        stage,
                        config.get(TO),
                        config.find(IF).map(rule -> " if " + rule).orElse(""))));
    return lines;
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    List<Planned> stages = planned(context, config);
    Map<String, Number> metrics = new LinkedHashMap<>();
    Map<String, Artifact> artifacts = new LinkedHashMap<>();
    int ran = 0;
    for (Planned p : stages) {
      String title = Text.of("%d/%d %s", artifacts.size() + 1, stages.size(), p.stage.name());
      if (p.artifact.isPresent()) {
        context.progress().say("%s: done already, %s", title, p.uri);
      } else {
        context.progress().say("%s: %s to %s", title, p.stage.job().name(), p.uri);
        context.part(p.stage.job(), p.config);
        ran++;
      }
      Artifact artifact = Artifact.open(p.uri, context.hadoop());
      artifacts.put(p.stage.name(), artifact);
      artifact
          .manifest()
          .metrics()
          .forEach((name, value) -> metrics.put(p.stage.name() + "." + name, value));
      context.checkStop();
    }
    if (ran == 0) {
      context.progress().say("nothing to run: no configuration and no input has changed");
    }
    Artifact result = artifacts.get(stages.get(stages.size() - 1).stage.name());
    String uri = result.uri();
    Map<String, Number> all = new LinkedHashMap<>(metrics);
    all.put("stages.run", ran);
    all.put("stages.skipped", stages.size() - ran);
    if (published(config).isPresent()) {
      result = artifacts.get(config.get(PUBLISH));
      Optional<String> copy = publish(context, config, result, metrics);
      uri = copy.orElse(result.uri());
      all.put("published", copy.isPresent() ? 1 : 0);
    }
    return new JobResult(uri, result.contentHash(), all);
  }

  /** Copies the artifact to its public place, unless the newest there is the same. */
  private static Optional<String> publish(
      JobContext context, JobConfig config, Artifact artifact, Map<String, Number> metrics) {
    String to = config.get(TO);
    Optional<PublishRule> rule = config.find(IF).map(PublishRule::of);
    if (rule.isPresent() && !rule.get().holds(metrics)) {
      context
          .progress()
          .say(
              "not published: %s does not hold, it is %s",
              rule.get(), metrics.get(rule.get().metric()));
      return Optional.empty();
    }
    String newest = to.contains("{version}") ? to.replaceAll("[^/]*/*$", "") + Versions.LATEST : to;
    Optional<Artifact> there = Artifact.find(newest, context.hadoop());
    if (there.isPresent() && there.get().contentHash().equals(artifact.contentHash())) {
      context.progress().say("published already: %s", there.get().uri());
      return Optional.of(there.get().uri());
    }
    String published = ArtifactReport.export(artifact, to, context.hadoop());
    context.progress().say("published %s", published);
    return Optional.of(published);
  }
}
