package io.accelerant.distill.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.onnx.OnnxExamples;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.distill.discrete.CachedModel;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OnnxTextSourceTest extends SparkTest {
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);
  private static final int MASK = 27;

  private static JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=none"));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, RunKeys.and(OnnxKeys.TEXT));
  }

  private static OnnxTextSource.Wanted wanted(DiffusionGraph graph, int length, int symbols) {
    return new OnnxTextSource.Wanted(
        graph,
        NOISE,
        length > 0 ? OptionalInt.of(length) : OptionalInt.empty(),
        OptionalInt.empty(),
        symbols > 0 ? OptionalInt.of(symbols) : OptionalInt.empty(),
        "lsd.length");
  }

  private static OnnxTextSource open(String name, int length, int symbols, String... sets) {
    return open(OnnxExamples.file(name), wanted(DiffusionGraph.ABSORB, length, symbols), sets);
  }

  private static OnnxTextSource open(OnnxFile file, OnnxTextSource.Wanted wanted, String... sets) {
    return OnnxTextSource.open(file, context(), wanted, config(sets));
  }

  private static int[] tokens(String model, String input) {
    return Arrays.stream(OnnxExamples.goldenInput(model, input)).mapToInt(v -> (int) v).toArray();
  }

  /** Scores of one position from logits, written out. */
  private static double[] scores(
      DiffusionProcess process, int symbol, double[] logits, int from, double t) {
    double[] scores = new double[process.symbols()];
    System.arraycopy(logits, from, scores, 0, process.vocabulary());
    Scores.fromSubs(process, symbol, t, scores, 0);
    return scores;
  }

  private static void assertScores(
      DiscreteModel teacher, int[] states, double[] logits, int columns, double time) {
    int symbols = teacher.process().symbols();
    double[] scores = new double[states.length * symbols];
    teacher.scores(states, states.length / teacher.length(), time, scores);
    for (int i = 0; i < states.length; i++) {
      double[] expected = scores(teacher.process(), states[i], logits, i * columns, time);
      double[] own = Arrays.copyOfRange(scores, i * symbols, (i + 1) * symbols);
      for (int y = 0; y < symbols; y++) {
        assertThat(own[y]).isCloseTo(expected[y], within(1e-4 * (1 + expected[y])));
      }
    }
  }

  @Test
  void logitsOfTorchBecomeScores() {
    int[] states = tokens("text", "tokens");
    assertThat(states).contains(MASK);
    OnnxTextSource source = open("text", 12, 0);
    assertThat(source.process().vocabulary()).isEqualTo(27);
    try (DiscreteModel teacher = source.open()) {
      assertThat(teacher.timeAgnosticPosterior()).isTrue();
      assertScores(teacher, states, OnnxExamples.goldenOutput("text"), 28, 0.3);
    }
  }

  @Test
  void cachingChangesNothingButTheWork() {
    int[] states = tokens("text", "tokens");
    OnnxTextSource source = open("text", 12, 0);
    double[] plain = new double[states.length * 28];
    double[] cached = new double[states.length * 28];
    try (DiscreteModel teacher = source.open();
        CachedModel sparing = new CachedModel(source.open())) {
      sparing.scores(states, 3, 0.9, cached);
      sparing.scores(states, 3, 0.4, cached);
      teacher.scores(states, 3, 0.4, plain);
      assertThat(sparing.evaluationsSpared()).isEqualTo(3);
      assertThat(cached).containsExactly(plain, within(1e-12));
    }
  }

  /** Batch 4 is fixed, six sequences go in as 4 and 2; every row is at the same time. */
  @Test
  void fixedBatchIsFilledUp() {
    OnnxTextSource source = open("timed-text", 0, 27);
    assertThat(source.length()).isEqualTo(16);
    int[] own = tokens("timed-text", "ids");
    int[] states = Arrays.copyOf(own, 6 * 16);
    System.arraycopy(own, 0, states, 4 * 16, 2 * 16);
    double[] all = new double[states.length * 28];
    double[] four = new double[own.length * 28];
    try (DiscreteModel teacher = source.open()) {
      assertThat(teacher.timeAgnosticPosterior()).isFalse();
      teacher.scores(states, 6, 0.5, all);
      teacher.scores(own, 4, 0.5, four);
    }
    assertThat(Arrays.copyOf(all, four.length)).isEqualTo(four);
    int two = 2 * 16 * 28;
    assertThat(Arrays.copyOfRange(all, four.length, all.length))
        .isEqualTo(Arrays.copyOf(four, two));
  }

  @Test
  void timeReachesTheModel() {
    double[] times = OnnxExamples.goldenInput("timed-text", "t");
    int[] states = tokens("timed-text", "ids");
    double[] logits = OnnxExamples.goldenOutput("timed-text");
    int row = 16;
    try (DiscreteModel teacher = open("timed-text", 16, 27).open()) {
      for (int b = 0; b < 4; b++) {
        int[] one = Arrays.copyOfRange(states, b * row, (b + 1) * row);
        double[] own = Arrays.copyOfRange(logits, b * row * 27, (b + 1) * row * 27);
        assertScores(teacher, one, own, 27, times[b]);
      }
    }
  }

  @Test
  void logScoresAtTheTotalNoiseBecomeScores() {
    double sigma = OnnxExamples.goldenInput("score-text", "sigma")[0];
    double t = NOISE.time(sigma);
    double[] log = OnnxExamples.goldenOutput("score-text");
    int[] states = tokens("score-text", "tokens");
    OnnxTextSource source =
        open("score-text", 12, 27, "onnx.parametrisation=log-score", "onnx.timeValue=total-noise");
    double[] scores = new double[states.length * 28];
    try (DiscreteModel teacher = source.open()) {
      teacher.scores(states, 3, t, scores);
    }
    for (int i = 0; i < states.length; i++) {
      for (int y = 0; y < 28; y++) {
        double expected = y == states[i] ? 1 : states[i] == MASK ? Math.exp(log[i * 28 + y]) : 0;
        assertThat(scores[i * 28 + y]).isCloseTo(expected, within(1e-4 * (1 + expected)));
      }
    }
  }

  /** Ids with MASK = 3 among them: the state's symbols 3.. are the model's 4.. */
  @Test
  void maskMayBeAmongTheSymbols() {
    int[] ids = tokens("text", "tokens");
    int[] states = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      states[i] = ids[i] == 3 ? MASK : ids[i] < 3 ? ids[i] : ids[i] - 1;
    }
    states[0] = MASK;
    ids[0] = 3;
    double[] natural = new double[ids.length * 28];
    double[] moved = new double[ids.length * 28];
    OnnxTextSource source = open("text", 12, 0, "onnx.mask=3");
    float[] raw;
    try (DiscreteModel teacher = source.open();
        var model = OnnxExamples.file("text").open(io.accelerant.core.onnx.OnnxSettings.cpu())) {
      teacher.scores(states, 3, 0.5, moved);
      raw =
          model
              .run(
                  List.of(new io.accelerant.core.onnx.OnnxInput.Integers("tokens", ids, 3, 12)),
                  "logits")
              .values();
    }
    double[] logits = new double[27];
    for (int y = 0; y < 27; y++) {
      logits[y] = raw[y < 3 ? y : y + 1];
    }
    System.arraycopy(scores(source.process(), MASK, logits, 0, 0.5), 0, natural, 0, 28);
    assertThat(Arrays.copyOf(moved, 28)).containsExactly(Arrays.copyOf(natural, 28), within(1e-9));
    assertThat(source.modelHash()).isNotEqualTo(open("text", 12, 0).modelHash());
  }

  @Test
  void hashIsOfTheFileAndItsReading() {
    String hash = open("text", 12, 0).modelHash();
    assertThat(open("text", 32, 27).modelHash()).isEqualTo(hash);
    assertThat(open("text", 12, 0, "onnx.parametrisation=sedd").modelHash()).isNotEqualTo(hash);
    assertThat(open("score-text", 12, 0).modelHash()).isNotEqualTo(hash);
  }

  @Test
  void uniformGraphHasNoMask() {
    OnnxTextSource source = open(OnnxExamples.file("text"), wanted(DiffusionGraph.UNIFORM, 12, 0));
    assertThat(source.process().symbols()).isEqualTo(28);
    assertThatThrownBy(
            () ->
                open(
                    OnnxExamples.file("text"),
                    wanted(DiffusionGraph.UNIFORM, 12, 0),
                    "onnx.mask=27"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("onnx.mask (--set) is set, but the uniform graph has no MASK");
  }

  @Test
  void whatDoesNotFitIsExplained() {
    assertThatThrownBy(() -> open("timed-text", 32, 27))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "The model timed-text.onnx takes sequences of length 16, but lsd.length is 32.")
        .hasMessageContaining("ids: int32 [4, 16], t: float32 [4]");
    assertThatThrownBy(() -> open("text", 0, 27))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("takes sequences of any length: set lsd.length.");
    assertThatThrownBy(() -> open("timed-text", 16, 27, "onnx.tokens=t"))
        .hasMessageContaining(
            "onnx.tokens (--set) means the input t: float32 [4], expected int32 or int64 [batch, length].");
    assertThatThrownBy(() -> open("timed-text", 16, 27, "onnx.time=ids"))
        .hasMessageContaining("onnx.time (--set) means the input ids: int32 [4, 16], expected");
    assertThatThrownBy(() -> open("image", 16, 27))
        .hasMessageContaining(
            "onnx.tokens (not set) means the input label: int64 [batch], expected int32 or int64 [batch, length].");
    assertThatThrownBy(() -> open("text", 12, 27, "onnx.ones=tokens"))
        .hasMessageContaining("onnx.tokens (not set) is needed: the model has 0 integer inputs");
    // its embedding has 28 rows: MASK 28 is not among them
    assertThatThrownBy(() -> open("text", 12, 28))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("failed on tokens [1, 12]");
  }
}
