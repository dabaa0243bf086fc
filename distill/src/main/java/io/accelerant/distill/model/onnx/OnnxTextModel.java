package io.accelerant.distill.model.onnx;

import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.Scores;

/**
 * A model of text behind the interface that samplers know. Its token ids are those of the data
 * symbols, with MASK anywhere among or after them; here MASK is always V, and what follows it moves
 * down by one.
 */
final class OnnxTextModel implements DiscreteModel {
  private final TextNetwork network;
  private final TextInterface face;
  private final DiffusionProcess process;
  private final int length;
  private final int mask;
  private double[] posteriors = new double[0];

  /**
   * @param mask token id of MASK; V or more on the uniform graph, which has none
   */
  OnnxTextModel(
      TextNetwork network, TextInterface face, DiffusionProcess process, int length, int mask) {
    this.network = network;
    this.face = face;
    this.process = process;
    this.length = length;
    this.mask = mask;
  }

  @Override
  public String name() {
    return "The model " + network.model().uri();
  }

  @Override
  public DiffusionProcess process() {
    return process;
  }

  @Override
  public int length() {
    return length;
  }

  /** Logits that are not given the time; and of SEDD's scaling only c(t) depends on it. */
  @Override
  public boolean timeAgnosticPosterior() {
    return process.graph() == DiffusionGraph.ABSORB
        && !face.timed()
        && !face.parametrisation().equals("log-score");
  }

  @Override
  public void scores(int[] states, int batch, double time, double[] scores) {
    int positions = batch * length;
    int[] ids = new int[positions];
    for (int i = 0; i < positions; i++) {
      ids[i] = id(states[i]);
    }
    double given = face.totalNoise() ? process.noise().total(time) : time;
    float[] raw = network.predict(ids, batch, given);
    int columns = raw.length / positions;
    if (face.parametrisation().equals("logits")) {
      logits(states, positions, raw, columns, time, scores);
    } else {
      logScores(states, positions, raw, columns, time, scores);
    }
  }

  /** The model's id of a symbol; its column of the output is the same. */
  private int id(int symbol) {
    if (symbol == process.mask()) {
      return mask;
    }
    return symbol < mask ? symbol : symbol + 1;
  }

  /** Softmax over the V data symbols, the MASK logit taken as minus infinity; then c(t) p. */
  private void logits(
      int[] states, int positions, float[] raw, int columns, double time, double[] scores) {
    int vocabulary = process.vocabulary();
    if (posteriors.length < positions * vocabulary) {
      posteriors = new double[positions * vocabulary];
    }
    Scores.posteriors(process, states, 0, positions, raw, columns, mask, posteriors);
    Scores.fromPosteriors(process, states, positions, posteriors, time, scores);
  }

  private void logScores(
      int[] states, int positions, float[] raw, int columns, double time, double[] scores) {
    int symbols = process.symbols();
    boolean sedd = face.parametrisation().equals("sedd");
    for (int i = 0; i < positions; i++) {
      for (int y = 0; y < process.vocabulary(); y++) {
        scores[i * symbols + y] = raw[i * columns + id(y)];
      }
      if (process.graph() == DiffusionGraph.ABSORB) {
        scores[i * symbols + process.mask()] = Double.NEGATIVE_INFINITY;
      }
      if (sedd) {
        Scores.fromSedd(process, states[i], time, scores, i * symbols);
      } else {
        Scores.fromLog(process, states[i], scores, i * symbols);
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
