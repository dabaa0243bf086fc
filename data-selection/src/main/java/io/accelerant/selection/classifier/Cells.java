package io.accelerant.selection.classifier;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.run.Units.Opening;
import io.accelerant.selection.classifier.SubsetTraining.Trained;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The cells of the table on a cluster: each is a unit that is saved when it ends. What is trained
 * does not depend on which of them run together.
 */
final class Cells {
  private final JobContext context;
  private final Stages stages;
  private final Recipe recipe;
  private final ImageSet train;
  private final ImageSet test;

  Cells(JobContext context, StageStore store, Recipe recipe, ImageSet train, ImageSet test) {
    this.context = context;
    this.stages = new Stages(context, store);
    this.recipe = recipe;
    this.train = train;
    this.test = test;
  }

  /** What a task has: images that all tasks of a process share. */
  private record Work(Recipe recipe, ImageSet train, ImageSet test) {
    Trained train(Cell cell) {
      ProgramPool pool = ProgramPool.ofJvm(2 * recipe.slots());
      return new SubsetTraining(cell, recipe, train).run(pool, test);
    }
  }

  /** All cells, in their order; the longest start first. */
  Map<Cell, Trained> run(List<Cell> cells) {
    List<Cell> longestFirst =
        cells.stream()
            .sorted(Comparator.comparingLong(c -> -new SubsetTraining(c, recipe, train).steps()))
            .toList();
    Broadcast<byte[][]> images =
        JavaSparkContext.fromSparkContext(context.spark().sparkContext())
            .broadcast(new byte[][] {train.pixels(), train.labels(), test.pixels(), test.labels()});
    try {
      Map<Cell, Trained> trained =
          new Units<>(context, recipe.engine().stage(), 1, opening(recipe, train.width(), images))
              .saved(stages, Trained.class, longestFirst, Work::train, this::say);
      Map<Cell, Trained> inOrder = new LinkedHashMap<>();
      cells.forEach(cell -> inOrder.put(cell, trained.get(cell)));
      return inOrder;
    } finally {
      images.destroy();
    }
  }

  private static Opening<Work> opening(Recipe recipe, int width, Broadcast<byte[][]> images) {
    return () -> {
      recipe.engine().start();
      byte[][] bytes = images.value();
      return new Work(
          recipe, new ImageSet(width, bytes[0], bytes[1]), new ImageSet(width, bytes[2], bytes[3]));
    };
  }

  private void say(Cell cell, Trained trained, int number, int of) {
    context
        .progress()
        .say(
            "cell %d/%d, %s: accuracy %.2f%%, %d steps in %.1f s",
            number, of, cell.stage(), trained.last(), trained.steps(), trained.seconds());
  }
}
