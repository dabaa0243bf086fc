package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.run.Stages;
import io.accelerant.selection.lead.PoolScoring.Reading;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What is found out of a pool before training: the loss of every row by the untouched model, its
 * difficulty by a model that has seen some rows, its task, what it repeats, and the clusters of
 * difficulty. Three passes over the pool, each saved, beside the warm-up.
 *
 * @param meaning how tasks are told apart by what prompts mean; empty: by their labels
 */
record OfflineStage(
    JobContext context,
    Stages stages,
    OfflineSettings settings,
    Optional<MeaningTasks> meaning,
    Prompts prompts,
    LanguageModel base) {

  /**
   * @param warmUp trains on random rows of the pool, of which it is given the initial loss and the
   *     task, but one cluster and no difficulty. It saves what it makes: a run that goes on asks
   *     again
   */
  Pool of(Function<PoolRows, Trainings.Warm> warmUp) {
    Dataset<Row> table = prompts.split(LeadInputs.POOL);
    PoolIndex labels = PoolIndex.of(table, "task", prompts.uri());
    Passes passes =
        new Passes(
            stages,
            new PoolScoring(
                context,
                settings,
                table,
                labels,
                base.network(),
                prompts.longest(),
                LeadInputs.answer(prompts, LeadInputs.POOL)),
            new LinkedHashMap<>());
    double[] initial = passes.losses("iu0", Reading.BEHIND_PROMPT, base.parameters());
    int[] copies =
        passes.numbers("copies", () -> new Duplicates(table, labels).find(settings.duplicates()));
    PoolIndex tasks =
        meaning
            .map(m -> passes.numbers("tasks", () -> m.of(context, table, labels)))
            .map(labels::withTasks)
            .orElse(labels);
    double[] unknown = new double[labels.count()];
    Trainings.Warm warmed =
        warmUp.apply(rows(tasks, initial, unknown, unknown, new int[labels.count()], copies));
    passes.seconds().put(Trainings.WARM_UP, warmed.seconds());
    float[] warm = warmed.parameters();
    double[] warmLoss = passes.losses("warmLoss", Reading.BEHIND_PROMPT, warm);
    double[] ifd = Ifd.of(warmLoss, passes.losses("aloneLoss", Reading.ALONE, warm));
    double[] difficulty = Ifd.difficulty(ifd);
    double[] learnable = new double[labels.count()];
    for (int i = 0; i < learnable.length; i++) {
      learnable[i] = initial[i] - warmLoss[i];
    }
    int[] clusters = settings.cut(initial, difficulty);
    return new Pool(
        rows(tasks, initial, difficulty, learnable, clusters, copies),
        ifd,
        warmLoss,
        marked(labels, warmed.rows()),
        new Pool.Effort(
            passes.seconds(),
            context.spark().sparkContext().defaultParallelism(),
            settings.byLoss()));
  }

  private static boolean[] marked(PoolIndex index, long[] ids) {
    boolean[] marked = new boolean[index.count()];
    for (long id : ids) {
      marked[index.row(id)] = true;
    }
    return marked;
  }

  private static PoolRows rows(
      PoolIndex tasks,
      double[] initial,
      double[] difficulty,
      double[] learnable,
      int[] clusters,
      int[] copies) {
    return new PoolRows(
        tasks.ids(),
        tasks.tasks(),
        tasks.taskNames(),
        initial,
        difficulty,
        learnable,
        clusters,
        copies);
  }

  /** A loss of each row, and how long the pass took. */
  record Scored(float[] losses, double seconds) {}

  /** A number of each row, and how long they took. */
  record Numbered(int[] numbers, double seconds) {}

  /**
   * What reads the whole pool, saved as it ends.
   *
   * @param seconds that each took, by name
   */
  private record Passes(Stages stages, PoolScoring scoring, Map<String, Double> seconds) {
    double[] losses(String name, Reading reading, float[] parameters) {
      Scored scored =
          stages.whole(
              stage(name),
              Scored.class,
              "lead: " + name,
              () -> {
                long start = System.nanoTime();
                float[] losses = scoring.losses(reading, parameters);
                return new Scored(losses, since(start));
              });
      seconds.put(name, scored.seconds());
      return Flat.of(scored.losses()).toDoubles();
    }

    int[] numbers(String name, Supplier<int[]> work) {
      Numbered numbered =
          stages.whole(
              stage(name),
              Numbered.class,
              "lead: " + name,
              () -> {
                long start = System.nanoTime();
                int[] numbers = work.get();
                return new Numbered(numbers, since(start));
              });
      seconds.put(name, numbered.seconds());
      return numbered.numbers();
    }

    private static String stage(String name) {
      return "offline." + name;
    }

    private static double since(long start) {
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
