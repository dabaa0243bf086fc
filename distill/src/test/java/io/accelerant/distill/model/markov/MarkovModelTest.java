package io.accelerant.distill.model.markov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.ForwardProcess;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.discrete.Walk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkovModelTest {
  private static final long PURPOSE = RandomStream.purpose("test.teacher");
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);

  /** Any evidence pattern, also of sequences that the chain cannot make but for a possible part. */
  @ParameterizedTest
  @CsvSource({
    "ABSORB, 1, 0", "ABSORB, 2, 0", "ABSORB, 3, 0", "ABSORB, 1, .5", "ABSORB, 2, .5",
    "UNIFORM, 1, 0", "UNIFORM, 2, 0", "UNIFORM, 3, 0", "UNIFORM, 1, .5", "UNIFORM, 2, .5"
  })
  void scoresAreThoseOfEnumeration(DiffusionGraph graph, int order, double impossible) {
    int length = 6;
    MarkovChain chain = Chains.random(order, 4, 23, impossible);
    DiffusionProcess process = new DiffusionProcess(graph, NOISE, 4);
    double[] data = law(chain, length);
    MarkovModel teacher = new MarkovModel(chain, process, length);
    double[] scores = new double[length * process.symbols()];
    for (int id = 0; id < 12; id++) {
      RandomStream stream = new RandomStream(1, PURPOSE, id, 0);
      double t = .02 + .98 * stream.nextDouble();
      int[] state = ForwardProcess.corrupt(process, chain.sample(length, stream), t, stream);
      teacher.scores(state, 1, t, scores);
      double[] expected = enumerate(process, data, state, t);
      for (int j = 0; j < scores.length; j++) {
        assertThat(scores[j]).isCloseTo(expected[j], within(1e-10 * Math.max(1, expected[j])));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"ABSORB, 1, .8", "ABSORB, 2, .8", "ABSORB, 2, 0", "UNIFORM, 1, .8", "UNIFORM, 2, 0"})
  void sparsityAndMemoryChangeNothing(DiffusionGraph graph, int order, double impossible) {
    int length = 40;
    int batch = 3;
    MarkovChain chain = Chains.random(order, 5, 4, impossible);
    DiffusionProcess process = new DiffusionProcess(graph, NOISE, 5);
    MarkovModel fast = new MarkovModel(chain, process, length);
    MarkovModel dense = MarkovModel.forgetful(chain, process, length, false);
    MarkovModel sparse = MarkovModel.forgetful(chain, process, length, true);
    int size = batch * length * process.symbols();
    double[] expected = new double[size];
    double[] actual = new double[size];
    Walk walk = Walk.fromPrior(fast, PURPOSE, 9, new long[] {0, 1, 2});
    double[] times = GridSampler.uniformTimes(25, 1e-3);
    for (int k = 0; k < 25; k++) { // a walk, so that rows change in part, or not at all
      dense.scores(walk.states(), batch, times[k], expected);
      sparse.scores(walk.states(), batch, times[k], actual);
      assertThat(actual).containsExactly(expected, within(1e-9));
      assertThat(walk.evaluate(times[k])).containsExactly(expected, within(1e-9));
      walk.step(new Euler(), ScoreTransform.IDENTITY, times[k + 1]);
    }
  }

  @Test
  void memoryKeepsTheBits() {
    MarkovChain chain = Chains.random(2, 5, 4, .8);
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 5);
    MarkovModel remembering = new MarkovModel(chain, process, 30);
    double[] expected = new double[30 * 6];
    double[] actual = new double[30 * 6];
    for (int id = 0; id < 60; id++) { // few symbols change at a time, and most contradict the chain
      RandomStream stream = new RandomStream(2, PURPOSE, id / 10, 0);
      int[] state = new int[30];
      for (int i = 0; i < 30; i++) {
        state[i] = stream.nextInt(6);
      }
      state[id % 10 * 3] = id % 6;
      remembering.scores(state, 1, .5, actual);
      new MarkovModel(chain, process, 30).scores(state, 1, .5, expected);
      assertThat(actual).isEqualTo(expected);
    }
  }

  @Test
  void rowsDoNotKnowOfEachOther() {
    MarkovChain chain = Chains.random(1, 4, 8, .5);
    for (DiffusionGraph graph : DiffusionGraph.values()) {
      DiffusionProcess process = new DiffusionProcess(graph, NOISE, 4);
      int width = 10 * process.symbols();
      int[] states = new int[40];
      for (int id = 0; id < 4; id++) {
        RandomStream stream = new RandomStream(4, PURPOSE, id, 0);
        int[] row = ForwardProcess.corrupt(process, chain.sample(10, stream), .7, stream);
        System.arraycopy(row, 0, states, id * 10, 10);
      }
      double[] together = new double[4 * width];
      new MarkovModel(chain, process, 10).scores(states, 4, .7, together);
      MarkovModel one = new MarkovModel(chain, process, 10);
      double[] alone = new double[width];
      for (int b = 0; b < 4; b++) {
        one.scores(Arrays.copyOfRange(states, b * 10, b * 10 + 10), 1, .7, alone);
        assertThat(alone).isEqualTo(Arrays.copyOfRange(together, b * width, (b + 1) * width));
      }
    }
  }

  /**
   * 10, ?, ?, 3 cannot be counted down: left of the fault the posterior goes on as if nothing came.
   */
  @Test
  void contradictingEvidenceGivesALaw() {
    MarkovChain chain = MarkovChain.countdown(12);
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 12);
    int[] state = {10, 12, 12, 3, 12};
    double[] scores = new double[5 * 13];
    new MarkovModel(chain, process, 5).scores(state, 1, .5, scores);
    double scale = 1 / StrictMath.expm1(NOISE.total(.5));
    for (int i : new int[] {1, 2, 4}) {
      double sum = Arrays.stream(scores, i * 13, i * 13 + 12).sum();
      assertThat(sum).isCloseTo(scale, within(1e-12));
    }
    assertThat(scores[4 * 13 + 2]).isCloseTo(scale, within(1e-12)); // 3 is followed by 2
  }

  /** Random states, nearly all contradicting, against one plain pass over the whole sequence. */
  @Test
  void contradictionsAreResolvedAsInAPlainPass() {
    MarkovChain chain = MarkovChain.countdown(6);
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 6);
    MarkovModel teacher = new MarkovModel(chain, process, 12);
    double[] scores = new double[12 * 7];
    double scale = 1 / StrictMath.expm1(NOISE.total(.5));
    for (int id = 0; id < 200; id++) {
      RandomStream stream = new RandomStream(12, PURPOSE, id, 0);
      int[] state = new int[12];
      Arrays.setAll(state, i -> stream.nextInt(2) == 0 ? 6 : stream.nextInt(6));
      teacher.scores(state, 1, .5, scores);
      double[][] expected = plainPass(chain, state);
      for (int i = 0; i < 12; i++) {
        if (state[i] == process.mask()) {
          double[] actual =
              Arrays.stream(scores, i * 7, i * 7 + 6).map(score -> score / scale).toArray();
          assertThat(actual).containsExactly(expected[i], within(1e-12));
        }
      }
    }
  }

  @Test
  void longSequencesDoNotUnderflow() {
    MarkovChain chain = MarkovChain.countdown(32);
    for (DiffusionGraph graph : DiffusionGraph.values()) {
      DiffusionProcess process = new DiffusionProcess(graph, NOISE, 32);
      MarkovModel teacher = new MarkovModel(chain, process, 2048);
      RandomStream stream = new RandomStream(6, PURPOSE, 0, 0);
      int[] state = ForwardProcess.corrupt(process, chain.sample(2048, stream), .9, stream);
      double[] scores = new double[2048 * process.symbols()];
      teacher.scores(state, 1, .9, scores);
      assertThat(Arrays.stream(scores).allMatch(s -> s >= 0 && s < Double.POSITIVE_INFINITY))
          .isTrue();
    }
  }

  /** The reference measured .238 (8 steps), .124 (16), .066 (32) +- .005 with exact scores. */
  @ParameterizedTest
  @CsvSource({"8, .238", "16, .124", "32, .066"})
  void countdownErrorsOfEulerAreThoseOfTheReference(int steps, double expected) {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 32);
    MarkovModel teacher = new MarkovModel(MarkovChain.countdown(32), process, 64);
    long[] ids = new long[256];
    Arrays.setAll(ids, b -> b);
    int[] tokens =
        new GridSampler(
                "euler",
                new Euler(),
                GridSampler.uniformTimes(steps, 1e-3),
                ScoreTransform.IDENTITY,
                true)
            .sample(teacher, 1, ids)
            .tokens();
    int wrong = 0;
    for (int i = 0; i < tokens.length; i++) {
      if (i % 64 < 63 && tokens[i] != 0 && tokens[i + 1] != tokens[i] - 1) {
        wrong++;
      }
    }
    assertThat(wrong / (256 * 63.0)).isCloseTo(expected, within(.015));
  }

  @Test
  void badTeachersAreRefused() {
    MarkovChain chain = MarkovChain.countdown(4);
    DiffusionProcess other = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 5);
    assertThatThrownBy(() -> new MarkovModel(chain, other, 8)).hasMessageContaining("4 symbols");
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 4);
    assertThatThrownBy(() -> new MarkovModel(Chains.random(2, 4, 1, 0), process, 1))
        .hasMessageContaining("below the order");
  }

  @Test
  void sourceTravelsAndKeepsItsHash() throws Exception {
    DiffusionProcess process = new DiffusionProcess(DiffusionGraph.UNIFORM, NOISE, 4);
    MarkovSource source = new MarkovSource(MarkovChain.countdown(4), process, 8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(source);
    }
    MarkovSource copy;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      copy = (MarkovSource) in.readObject();
    }
    assertThat(copy.modelHash()).isEqualTo(source.modelHash()).hasSize(64);
    assertThat(new MarkovSource(MarkovChain.countdown(5), process, 8).modelHash())
        .isNotEqualTo(source.modelHash());
    int[] state = {0, 1, 2, 3, 0, 1, 2, 3};
    double[] expected = new double[32];
    double[] actual = new double[32];
    source.open().scores(state, 1, .5, expected);
    copy.open().scores(state, 1, .5, actual);
    assertThat(actual).isEqualTo(expected);
  }

  /**
   * Textbook forward-backward of order 1; the backward message leaves out the evidence of its own
   * position.
   */
  private static double[][] plainPass(MarkovChain chain, int[] state) {
    int length = state.length;
    int symbols = chain.symbols();
    double[][] evidence = new double[length][symbols];
    double[][] forward = new double[length][symbols];
    for (int i = 0; i < length; i++) {
      for (int y = 0; y < symbols; y++) {
        evidence[i][y] = state[i] == symbols || state[i] == y ? 1 : 0;
        double mass = i == 0 ? chain.start(y) : 0;
        for (int x = 0; x < symbols && i > 0; x++) {
          mass += forward[i - 1][x] * chain.transition(x, y);
        }
        forward[i][y] = mass * evidence[i][y];
      }
      forward[i] = normalised(forward[i], evidence[i]);
    }
    double[][] posterior = new double[length][symbols];
    double[] backward = new double[symbols];
    Arrays.fill(backward, 1);
    double[] even = backward.clone();
    for (int i = length - 1; i >= 0; i--) {
      for (int y = 0; y < symbols; y++) {
        posterior[i][y] = forward[i][y] * backward[y];
      }
      posterior[i] = normalised(posterior[i], even);
      double[] below = new double[symbols];
      for (int x = 0; x < symbols; x++) {
        for (int y = 0; y < symbols; y++) {
          below[x] += chain.transition(x, y) * evidence[i][y] * backward[y];
        }
      }
      backward = i > 0 ? normalised(below, evidence[i - 1]) : backward;
    }
    return posterior;
  }

  private static double[] normalised(double[] message, double[] otherwise) {
    double sum = Arrays.stream(message).sum();
    double[] law = sum > 0 ? message : otherwise;
    double total = Arrays.stream(law).sum();
    return Arrays.stream(law).map(p -> p / total).toArray();
  }

  private static double[] law(MarkovChain chain, int length) {
    double[] law = new double[(int) Math.pow(chain.symbols(), length)];
    for (int n = 0; n < law.length; n++) {
      int[] tokens = Chains.digits(n, chain.symbols(), length);
      law[n] = StrictMath.exp(chain.logProbability(tokens, 0, length));
    }
    return law;
  }

  /** s[i][y] = p_t(x with x_i := y) / p_t(x), each p_t a sum over all sequences. */
  private static double[] enumerate(
      DiffusionProcess process, double[] data, int[] state, double t) {
    int symbols = process.symbols();
    double own = marginal(process, data, state, t);
    double[] scores = new double[state.length * symbols];
    for (int i = 0; i < state.length; i++) {
      boolean moves = process.graph() == DiffusionGraph.UNIFORM || state[i] == process.mask();
      for (int y = 0; y < symbols; y++) {
        int[] other = state.clone();
        other[i] = y;
        scores[i * symbols + y] =
            y == state[i] ? 1 : moves ? marginal(process, data, other, t) / own : 0;
      }
    }
    return scores;
  }

  private static double marginal(DiffusionProcess process, double[] data, int[] state, double t) {
    double sum = 0;
    for (int n = 0; n < data.length; n++) {
      double path = data[n];
      for (int i = state.length - 1, rest = n; i >= 0 && path > 0; i--) {
        path *= ForwardProcess.probability(process, rest % process.vocabulary(), state[i], t);
        rest /= process.vocabulary();
      }
      sum += path;
    }
    return sum;
  }
}
