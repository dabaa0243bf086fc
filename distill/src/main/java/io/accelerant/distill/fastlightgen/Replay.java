package io.accelerant.distill.fastlightgen;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.run.Computed;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.fastlightgen.GuidedVelocity.Mode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code fastlightgen.of}: the mathematics of this package on numbers that a user gives, without a
 * model. The result is {@code result.json}: of blocks {@code order}, {@code removed}, {@code
 * skippable}, {@code kept} (1 or 0 for each block) and {@code share}; of velocities {@code
 * velocity}, and {@code velocityNorm} over all its numbers; of samples {@code gradient}, {@code
 * divisor} and {@code loss}. The numbers are in the metrics as well, but for lists of blocks.
 */
final class Replay {
  /** Kind of the artifact. */
  static final String KIND = "fastlightgen-replay";

  private static final int LARGEST = 256 << 20;
  private static final Set<String> FIELDS =
      Set.of(
          "delta",
          "size",
          "fraction",
          "guard",
          "whole",
          "pruned",
          "none",
          "guidance",
          "contrast",
          "mode",
          "x",
          "xR",
          "xF",
          "floor");

  private final JobConfig config;
  private final InputFile file;

  private Replay(JobConfig config, InputFile file) {
    this.config = config;
    this.file = file;
  }

  /** Whether the configuration asks for one. */
  static boolean isMeant(JobConfig config) {
    return config.find(FastLightGenKeys.OF).isPresent();
  }

  static Work work(JobContext context, JobConfig config) {
    config.refuse(
        FastLightGenKeys.TRAINING, "is for training; fastlightgen.of computes given numbers only.");
    InputFile file = InputFile.read(config.get(FastLightGenKeys.OF), context.hadoop(), LARGEST);
    return Work.on(
        List.of(new Manifest.Parent("numbers", file.uri(), file.sha256())),
        output -> List.of("compute what " + file.uri() + " asks for", "publish it to " + output),
        new Replay(config, file)::make);
  }

  private Product make(Run run) {
    GivenNumbers given = GivenNumbers.of(file, FIELDS);
    Map<String, Object> result = new LinkedHashMap<>();
    String checked = "";
    if (given.hasAny("delta", "size", "fraction")) {
      result.putAll(plan(given));
      checked = "share";
    }
    if (given.hasAny("whole", "pruned", "none")) {
      result.putAll(velocity(given));
      checked = "velocityNorm";
    }
    if (given.hasAny("x", "xR", "xF")) {
      result.putAll(gradient(given));
      checked = "loss";
    }
    if (result.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s asks for nothing: it needs delta and size, or whole, pruned and none, or x, xR"
                  + " and xF.",
              file.uri()));
    }
    return new Computed(KIND, "FastLightGen's mathematics on given numbers", checked, result)
        .product(run);
  }

  private Map<String, Object> plan(GivenNumbers given) {
    JsonReader json = given.json();
    double[] delta = given.row("delta");
    PrunePlan plan;
    try {
      plan =
          PrunePlan.oneShot(
              delta,
              sizes(given, delta.length),
              json.has("fraction") ? json.number("fraction") : config.get(FastLightGenKeys.PRUNE),
              json.has("guard") ? json.truth("guard") : config.get(FastLightGenKeys.GUARD));
    } catch (IllegalArgumentException e) {
      throw new DataException(file.uri() + ": " + e.getMessage() + ".", e);
    }
    double[] kept = new double[delta.length];
    plan.kept().forEach(block -> kept[block] = 1);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("order", plan.order());
    result.put("removed", plan.removed());
    result.put("skippable", plan.skippable());
    result.put("kept", kept);
    result.put("share", plan.share());
    return result;
  }

  private static long[] sizes(GivenNumbers given, int blocks) {
    double[] sizes = given.each("size", blocks);
    if (!Arrays.stream(sizes).allMatch(size -> size >= 1 && size == Math.rint(size))) {
      throw given.json().wrong("size", "must be whole numbers of at least 1");
    }
    return Arrays.stream(sizes).mapToLong(size -> (long) size).toArray();
  }

  private Map<String, Object> velocity(GivenNumbers given) {
    double[][] whole = given.rows("whole");
    double[][] pruned = given.rowsLike("pruned", "whole", whole);
    double[][] none = given.rowsLike("none", "whole", whole);
    double[] guidance = given.each("guidance", whole.length);
    double[] contrast = given.each("contrast", whole.length);
    Mode mode = mode(given.json());
    double[][] velocity = new double[whole.length][];
    for (int row = 0; row < whole.length; row++) {
      velocity[row] =
          new GuidedVelocity(mode, guidance[row], contrast[row])
              .at(none[row], whole[row], pruned[row]);
    }
    double squares = Arrays.stream(velocity).flatMapToDouble(Arrays::stream).map(v -> v * v).sum();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("velocity", velocity);
    result.put("velocityNorm", StrictMath.sqrt(squares));
    return result;
  }

  private Mode mode(JsonReader json) {
    String label = json.has("mode") ? json.text("mode") : config.get(FastLightGenKeys.MODE);
    return Arrays.stream(Mode.values())
        .filter(mode -> mode.name().equalsIgnoreCase(label))
        .findFirst()
        .orElseThrow(() -> json.expected("mode", "extrapolate or interpolate"));
  }

  private Map<String, Object> gradient(GivenNumbers given) {
    JsonReader json = given.json();
    double[][] x = given.rows("x");
    double[][] real = given.rowsLike("xR", "x", x);
    double[][] fake = given.rowsLike("xF", "x", x);
    double floor = json.has("floor") ? json.number("floor") : MatchingGradient.FLOOR;
    if (!(floor > 0)) {
      throw json.expected("floor", "a positive number");
    }
    MatchingGradient.Terms terms =
        new MatchingGradient(floor).of(flat(x), flat(real), flat(fake), x.length, x.length);
    Map<String, Object> result = new LinkedHashMap<>();
    double[][] gradient = new double[x.length][];
    int width = x[0].length;
    Arrays.setAll(
        gradient, row -> Arrays.copyOfRange(terms.gradient(), row * width, (row + 1) * width));
    result.put("gradient", gradient);
    result.put("divisor", terms.divisors());
    result.put("loss", terms.loss());
    return result;
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }
}
