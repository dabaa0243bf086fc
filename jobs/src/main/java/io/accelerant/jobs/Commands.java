package io.accelerant.jobs;

import java.util.List;

/** Every job that the command line knows, in the order of the help text. */
final class Commands {
  private Commands() {}

  static List<JobCommand> all() {
    return List.of(
        new QuickstartCommand(),
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
