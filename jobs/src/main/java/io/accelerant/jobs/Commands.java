package io.accelerant.jobs;

import java.util.ArrayList;
import java.util.List;

/** Every job that the command line knows, in the order of the help text. */
final class Commands {
  private Commands() {}

  static List<JobCommand> all() {
    List<JobCommand> all = new ArrayList<>();
    all.add(new QuickstartCommand());
    all.addAll(jobs());
    all.add(new PipelineCommand());
    return List.copyOf(all);
  }

  /** Those that publish an artifact of their own: what a pipeline can chain. */
  static List<JobCommand> jobs() {
    return List.of(
        new PrepareTextCommand(),
        new ImportModelCommand(),
        new TrainTeacherCommand(),
        new LsdCommand(),
        new SampleCommand(),
        new EvaluateCommand(),
        new PrepareImagesCommand(),
        new Rs2Command(),
        new TrainClassifierCommand(),
        new DcSolverCommand(),
        new CollectTrajectoriesCommand(),
        new TrajectoryWeightsCommand(),
        new OfflineRlCommand());
  }
}
