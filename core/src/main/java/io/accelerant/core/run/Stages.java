package io.accelerant.core.run;

import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.RecordJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the stages of a run made, each taken from the checkpoint or made and saved. A value is of
 * one of the types of {@link RecordJson}, in one piece: a record, an array, a number, a text.
 */
public final class Stages {
  private static final String VALUE = "value";

  private final JobContext context;
  private final StageStore store;

  public Stages(JobContext context, StageStore store) {
    this.context = context;
    this.store = store;
  }

  /**
   * What a stage made.
   *
   * @throws io.accelerant.core.error.StoppedException after it, if the run is to stop
   */
  public <T> T of(String name, Class<T> type, Supplier<T> work) {
    T value =
        find(name, type)
            .orElseGet(
                () -> {
                  T made = work.get();
                  save(name, made);
                  return made;
                });
    context.checkStop();
    return value;
  }

  /** A stage alone. */
  private record One(String stage, String description) implements SavedUnit {}

  /**
   * As {@link #of}, for work that does not save anything on its way: a stop cancels its Spark jobs.
   *
   * @param description for Spark's pages and event log
   * @throws io.accelerant.core.error.StoppedException if the run is to stop
   */
  public <T> T whole(String name, Class<T> type, String description, Supplier<T> work) {
    One stage = new One(name, description);
    return new SavedUnits<One, T>(context, this, type, (unit, made, number, of) -> {})
        .run(List.of(stage), unit -> work.get())
        .get(stage);
  }

  /** What a stage saved, or empty if it must be made. */
  <T> Optional<T> find(String name, Class<T> type) {
    try {
      return store.load(name).map(saved -> RecordJson.read(saved.get(VALUE), type, name));
    } catch (DataException e) {
      context
          .progress()
          .say("Checkpoint of a stage is not as expected and is computed again: " + e.getMessage());
      return Optional.empty();
    }
  }

  void save(String name, Object value) {
    store.save(name, Map.of(VALUE, RecordJson.tree(value)));
  }
}
