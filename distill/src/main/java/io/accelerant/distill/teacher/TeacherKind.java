package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.report.Report;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.LossStep;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What is particular to one kind of teacher, opened for one run. */
interface TeacherKind {
  /** One line: the network and its size. */
  String description();

  /** What is minimised, by its role {@link Loss#NETWORK}. */
  Objective loss();

  /** Programs that one task leases at most. */
  default int programs() {
    return 2; // the training program, and the loss alone
  }

  /** How large its network's numbers start. */
  default InitialScale initialScale() {
    return InitialScale.GPT2;
  }

  /** Parameters that are trained, and those that stay, before the first round. */
  default float[] initial(long seed) {
    double[] numbers = loss().networks().get(Loss.NETWORK).initial(seed, initialScale());
    return Flat.of(Precision.FLOAT32, numbers).floats();
  }

  /** Parameters of the network that is published, by those of the network that is trained. */
  default float[] published(float[] trained) {
    return trained;
  }

  /** Unit of the loss. */
  String lossUnit();

  /** Columns {@code id} and {@code record}, to be trained on. */
  Dataset<Row> training();

  /** As {@link #training}, to be measured on. */
  Dataset<Row> heldOut();

  /** What is measured on them. */
  default HeldOut measured() {
    return new HeldOut(
        loss().networks().get(Loss.NETWORK),
        new LossStep(loss()),
        sums -> sums.total("loss"),
        Optional.empty());
  }

  /**
   * How a model is held against examples that it has not seen.
   *
   * @param network that is published
   * @param step over the examples, with the network in the role {@link Loss#NETWORK}
   * @param number what it comes to
   * @param draws how often it is measured, where the configuration does not say
   */
  record HeldOut(
      NetworkSpec network,
      RoundStep step,
      ToDoubleFunction<Sums> number,
      Optional<Integer> draws) {}

  /** Rounds between two measurements that are logged; training may end at any; 0: none. */
  default int measureEvery() {
    return 0;
  }

  /** What is measured on the way, of the published network. */
  default Map<String, Double> measure(float[] average) {
    return Map.of();
  }

  /** Whether training ends here, by what was measured after the last round of a log. */
  default boolean isEnough(RoundLog log) {
    return false;
  }

  /** A look at the model on its way, for people. */
  String look(float[] average);

  /**
   * Metrics of the finished model besides the held-out loss.
   *
   * @param heldOut mean held-out loss of the average, one number per draw of times
   */
  Map<String, Number> metrics(double[] heldOut, float[] average);

  /** Writes {@code config.json} and the weights. */
  void write(ArtifactWriter artifact, float[] average, float[] raw);

  /** Writes the average alone, in 16 bits, to which it was rounded. */
  void writeHalf(ArtifactWriter artifact, float[] average);

  /**
   * Writes the adapters, if they alone were trained.
   *
   * @param trained averaged parameters of the network that was trained
   */
  default void writeAdapter(ArtifactWriter artifact, float[] trained) {}

  /** Reads the averaged weights back. */
  float[] read(Artifact artifact);

  void report(Report report, Map<String, Number> metrics, float[] average);

  /** Markdown for the model card. */
  String card(Map<String, Number> metrics);
}
