package io.accelerant.distill.teacher;

import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Map;

/** The tables and verdicts of an image teacher's report. */
final class ImageReport {
  private static final List<String> SPACES = List.of("classifier", "pixels");

  private ImageReport() {}

  /**
   * @param sampling how samples were drawn
   * @param control metrics of a teacher trained on shuffled labels; empty if there is none
   */
  static void write(
      Report report, Map<String, Number> metrics, Map<String, Number> control, String sampling) {
    Table table = Table.of("images", "feature space", "Frechet distance", "joint with labels");
    for (String space : SPACES) {
      String name = "frechet." + space;
      if (metrics.containsKey(name)) {
        row(table, "samples of this teacher", space, metrics, "", ".joint");
        table.row("the same, labels shuffled", space, "", metrics.get(name + ".joint.shuffled"));
        if (control.containsKey(name)) {
          row(table, "teacher of shuffled labels", space, control, "", ".joint");
        }
        row(table, "real, held out (floor)", space, metrics, ".floor", ".joint.floor");
      }
    }
    report
        .section("Samples against real images")
        .paragraph(
            Text.of(
                """
                %s samples (%s, averaged weights) and as many held-out images, each against %s training images. `classifier`: 128
                activations of a small convolutional network trained on those images; `pixels`: means of
                blocks. The joint column adds the label as a one-hot of the features' mean norm: it sees
                whether a sample shows its class.\
                """,
                metrics.get("frechet.samples"), sampling, metrics.get("frechet.reference")))
        .table(table);
    if (metrics.containsKey("labelAgreement")) {
      report.paragraph(
          Text.of(
              "The classifier gives %.1f%% of the samples the class they were drawn for, and %.1f%%"
                  + " of the held-out images theirs.",
              100 * metrics.get("labelAgreement").doubleValue(),
              100 * metrics.get("labelAgreement.real").doubleValue()));
    }
    for (String space : SPACES) {
      if (metrics.containsKey("frechet." + space)) {
        report.paragraph(verdict(space, metrics, control));
      }
    }
  }

  private static void row(
      Table table,
      String what,
      String space,
      Map<String, Number> metrics,
      String plain,
      String joint) {
    String name = "frechet." + space;
    table.row(what, space, metrics.get(name + plain), metrics.get(name + joint));
  }

  private static String verdict(
      String space, Map<String, Number> metrics, Map<String, Number> control) {
    String name = "frechet." + space;
    double own = metrics.get(name).doubleValue();
    double floor = metrics.get(name + ".floor").doubleValue();
    double joint = metrics.get(name + ".joint").doubleValue();
    boolean trained = control.containsKey(name + ".joint");
    double other =
        (trained ? control.get(name + ".joint") : metrics.get(name + ".joint.shuffled"))
            .doubleValue();
    return Text.of(
        "Verdict, %s: %.2f times the floor; in the joint space %s (%.4g against %.4g of %s).",
        space,
        own / floor,
        joint < other
            ? "better than without labels"
            : "NOT better than without labels: the classes have no effect",
        joint,
        other,
        trained ? "the teacher of shuffled labels" : "its own samples with labels shuffled");
  }
}
