package io.accelerant.jobs;

import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.data.PrepareTextJob;
import io.accelerant.core.data.PrepareVideosJob;
import io.accelerant.core.job.Job;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.model.ImportModelJob;
import io.accelerant.distill.certainty.CertaintyJob;
import io.accelerant.distill.dcsolver.DcSolverJob;
import io.accelerant.distill.evaluate.EvaluateJob;
import io.accelerant.distill.fastlightgen.FastLightGenJob;
import io.accelerant.distill.lsd.LsdJob;
import io.accelerant.distill.mmd.MmdJob;
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
import java.util.List;
import java.util.stream.Stream;

/** Every job that the command line knows, in the order of the help text. */
final class Commands {
  private Commands() {}

  static List<JobCommand> all() {
    return Stream.of(Stream.of(new QuickstartJob()), jobs().stream(), Stream.of(new PipelineJob()))
        .flatMap(job -> job)
        .map(JobCommand::new)
        .toList();
  }

  /** Those that publish an artifact of their own: what a pipeline can chain. */
  static List<Job> jobs() {
    return List.of(
        new PrepareTextJob(),
        new PreparePromptsJob(),
        new ImportModelJob(),
        new TrainTeacherJob(),
        new LsdJob(),
        new SampleJob(),
        new EvaluateJob(),
        new PrepareImagesJob(),
        new PrepareVideosJob(),
        new Rs2Job(),
        new TrainClassifierJob(),
        new DcSolverJob(),
        new SearchSolverJob(),
        new ModelStatisticsJob(),
        new MmdJob(),
        new CertaintyJob(),
        new FastLightGenJob(),
        new CollectTrajectoriesJob(),
        new TrajectoryWeightsJob(),
        new OfflineRlJob(),
        new GvmRaftJob(),
        new LeadJob());
  }
}
