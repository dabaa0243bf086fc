package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.report.Report;
import io.accelerant.core.train.Loss;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What is particular to one kind of teacher, opened for one run. */
interface TeacherKind {
  /** One line: the network and its size. */
  String description();

  Loss loss();

  /** How large its network's numbers start. */
  default InitialScale initialScale() {
    return InitialScale.GPT2;
  }

  /** Unit of the loss. */
  String lossUnit();

  /** Columns {@code id} and {@code record}, to be trained on. */
  Dataset<Row> training();

  /** As {@link #training}, to be measured on. */
  Dataset<Row> heldOut();

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

  /** Reads the averaged weights back. */
  float[] read(Artifact artifact);

  void report(Report report, Map<String, Number> metrics, float[] average);

  /** Markdown for the model card. */
  String card(Map<String, Number> metrics);
}
