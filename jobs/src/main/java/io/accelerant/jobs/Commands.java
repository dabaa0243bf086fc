package io.accelerant.jobs;

import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.data.PrepareVideosJob;
import io.accelerant.core.job.Job;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.model.ImportModelJob;
import io.accelerant.distill.certainty.CertaintyJob;
import io.accelerant.distill.compare.CompareSolversJob;
import io.accelerant.distill.dcsolver.DcSolverJob;
import io.accelerant.distill.evaluate.EvaluateJob;
import io.accelerant.distill.fastlightgen.FastLightGenJob;
import io.accelerant.distill.lsd.LsdJob;
import io.accelerant.distill.mmd.MmdJob;
import io.accelerant.distill.moments.DataMomentsJob;
import io.accelerant.distill.sample.SampleJob;
import io.accelerant.distill.search.SearchSolverJob;
import io.accelerant.distill.statistics.ModelStatisticsJob;
import io.accelerant.distill.teacher.TrainTeacherJob;
import io.accelerant.rl.gvm.GvmRaftJob;
import io.accelerant.rl.offline.OfflineRlJob;
import io.accelerant.rl.trajectory.CollectTrajectoriesJob;
import io.accelerant.rl.trajectory.TrajectoryWeightsJob;
import io.accelerant.selection.classifier.TrainClassifierJob;
import io.accelerant.selection.lead.LeadJob;
import io.accelerant.selection.rs2.Rs2Job;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Every job that the command line knows, in the order of the help text. */
final class Commands {
  /** Those that run others, and publish nothing of their own. */
  static final Set<String> OF_JOBS = Set.of("quickstart", "pipeline", "gains");

  /** What a job is for, as a heading of the help text. */
  private static final Map<String, List<Listed>> BY_PURPOSE = new LinkedHashMap<>();

  /**
   * @param example its configuration file, relative to the project; null if it needs none
   */
  private record Listed(Job job, String example) {}

  static {
    purpose(
        "Begin here", //
        new Listed(new QuickstartJob(), null));
    purpose(
        "Data",
        example(new PrepareTextJob(), "prepare-text.conf"),
        example(new PreparePromptsJob(), "prepare-prompts.conf"),
        example(new PrepareImagesJob(), "prepare-images.conf"),
        example(new PrepareVideosJob(), "prepare-videos.conf"),
        example(new CollectTrajectoriesJob(), "collect-trajectories.conf"));
    purpose(
        "Models to start from",
        example(new ImportModelJob(), "import-model.conf"),
        example(new TrainTeacherJob(), "train-teacher.conf"));
    purpose(
        "Fewer steps from a frozen model",
        example(new LsdJob(), "lsd-text.conf"),
        example(new DcSolverJob(), "dc-solver-mixture.conf"),
        example(new SearchSolverJob(), "search-solver.conf"),
        example(new ModelStatisticsJob(), "model-statistics.conf"),
        example(new DataMomentsJob(), "data-moments.conf"),
        example(new CompareSolversJob(), "compare-solvers.conf"));
    purpose(
        "Fewer steps, or less of a network, by training it",
        example(new MmdJob(), "mmd.conf"),
        example(new CertaintyJob(), "certainty.conf"),
        example(new FastLightGenJob(), "fastlightgen.conf"));
    purpose(
        "Less data for training",
        example(new Rs2Job(), "rs2.conf"),
        example(new TrainClassifierJob(), "train-classifier.conf"),
        example(new LeadJob(), "lead.conf"));
    purpose(
        "Fewer samples for reinforcement learning",
        example(new GvmRaftJob(), "gvm-raft.conf"),
        example(new TrajectoryWeightsJob(), "trajectory-weights.conf"),
        example(new OfflineRlJob(), "offline-rl.conf"));
    purpose(
        "Use and judge what came out",
        example(new SampleJob(), "sample-mixture.conf"),
        example(new EvaluateJob(), "evaluate.conf"),
        example(new PipelineJob(), "pipeline.conf"),
        new Listed(new GainsJob(), null));
  }

  private Commands() {}

  private static void purpose(String heading, Listed... jobs) {
    BY_PURPOSE.put(heading, List.of(jobs));
  }

  private static Listed example(Job job, String conf) {
    return new Listed(job, "conf/" + conf);
  }

  /** New ones every time: a command keeps the options of its run. */
  static List<JobCommand> all() {
    return BY_PURPOSE.values().stream()
        .flatMap(List::stream)
        .map(listed -> new JobCommand(listed.job(), listed.example()))
        .toList();
  }

  /** Those that publish an artifact of their own: what a pipeline can chain. */
  static List<Job> jobs() {
    return BY_PURPOSE.values().stream()
        .flatMap(List::stream)
        .map(Listed::job)
        .filter(job -> !OF_JOBS.contains(job.name()))
        .toList();
  }

  /** The same by their names. */
  static SortedMap<String, Job> byName() {
    SortedMap<String, Job> jobs = new TreeMap<>();
    jobs().forEach(job -> jobs.put(job.name(), job));
    return jobs;
  }

  /** Jobs under what they are for, each as the command that runs its example, and what it does. */
  static String help(List<JobCommand> jobs) {
    StringBuilder text = new StringBuilder();
    List<JobCommand> others = new ArrayList<>(jobs);
    BY_PURPOSE.forEach(
        (heading, of) -> {
          Set<String> names =
              of.stream().map(listed -> listed.job().name()).collect(Collectors.toSet());
          List<JobCommand> here = jobs.stream().filter(job -> names.contains(job.name())).toList();
          others.removeAll(here);
          append(text, heading, here);
        });
    append(text, "Others", others);
    return text.toString();
  }

  private static void append(StringBuilder text, String heading, List<JobCommand> jobs) {
    if (!jobs.isEmpty()) {
      text.append("\n").append(heading).append(":\n");
    }
    for (JobCommand job : jobs) {
      text.append("  accelerant ").append(job.name());
      job.example().ifPresent(conf -> text.append(" --conf ").append(conf));
      text.append("\n      ").append(job.job().summary()).append("\n");
    }
  }
}
