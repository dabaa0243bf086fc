package io.accelerant.core.train;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.safetensors.Dtype;
import io.accelerant.core.safetensors.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The states of a training run, and the log of its rounds with them. */
final class Checkpoints {
  private static final String LOG = "log.";

  private final Snapshots snapshots;

  Checkpoints(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /** Where a run stands: rounds done, the learner's state, and what was logged so far. */
  record Standing(int rounds, State state, RoundLog log) {}

  Optional<Standing> latest() {
    return snapshots.latest().map(Checkpoints::standing);
  }

  private static Standing standing(Snapshots.Snapshot snapshot) {
    Map<String, Flat> arrays = new LinkedHashMap<>();
    Map<String, double[]> logged = new TreeMap<>();
    snapshot
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(LOG)) {
                logged.put(name.substring(LOG.length()), tensor.toDoubles());
              } else {
                arrays.put(name, flat(tensor));
              }
            });
    return new Standing(
        snapshot.round(), new State(arrays, snapshot.values()), RoundLog.of(logged));
  }

  void save(int rounds, State state, RoundLog log) {
    List<Tensor> tensors = new ArrayList<>();
    state.arrays().forEach((name, numbers) -> tensors.add(tensor(name, numbers)));
    log.columns().forEach((name, column) -> tensors.add(tensor(LOG + name, Flat.of(column))));
    snapshots.save(rounds, tensors, state.counters());
  }

  private static Tensor tensor(String name, Flat numbers) {
    long[] shape = {numbers.length()};
    return numbers.precision() == Precision.FLOAT32
        ? Tensor.of(name, shape, numbers.floats())
        : Tensor.of(name, shape, numbers.doubles());
  }

  private static Flat flat(Tensor tensor) {
    return tensor.dtype() == Dtype.F64 ? Flat.of(tensor.toDoubles()) : Flat.of(tensor.toFloats());
  }
}
