package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.job.Progress;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Loss and all gradients of one batch of a small GPT-2 (batch 16, length 128, width 256, 8 heads, 4
 * layers, vocabulary 256, float32) on the engine with one and two threads, beside PyTorch where
 * {@code python3} has it. The peer runs in its best setting (as installed, and with passively
 * waiting threads), the two take turns, and the best median of each counts. Loss and gradient norm
 * are compared, so that both compute the same.
 */
public final class TransformerStepBench {
  private static final int BATCH = 16;
  private static final int LENGTH = 128;
  private static final int VOCABULARY = 256;
  private static final int LAYERS = 4;
  private static final int HEADS = 8;
  private static final int STEPS = 8;
  private static final int ROUNDS = 3;
  private static final Transformer NETWORK =
      Transformer.gpt2(VOCABULARY, LENGTH, 256, LAYERS, HEADS);

  private final Progress progress;

  public TransformerStepBench(Progress progress) {
    this.progress = progress;
  }

  /** What one side measured; {@code gradientNorm} is that of all gradients together. */
  private record Side(double seconds, double loss, double gradientNorm) {}

  /**
   * The metrics: seconds and ratios (ours over theirs; below 1 is faster) for one and two threads;
   * no ratios where PyTorch is slow, see {@link TorchPeer}.
   */
  public Map<String, Number> run() {
    int[] tokens = tokens(0);
    int[] targets = tokens(1);
    Map<String, Number> metrics = new LinkedHashMap<>();
    NextByte loss = new NextByte(NETWORK, BATCH, LENGTH);
    try (Program program = loss.training(Precision.FLOAT32, loss.shape());
        Scratch scratch = Scratch.create()) {
      Flat parameters = Flat.of(Precision.FLOAT32, NETWORK.initial(1));
      float[] weights = new float[BATCH * LENGTH];
      Arrays.fill(weights, 1f / weights.length);
      program
          .setParameters(parameters)
          .set("tokens", tokens)
          .set("targets", targets)
          .set("weights", weights);
      metrics.put("parameters", parameters.length());
      metrics.put("nativeBytes", program.nativeBytes());
      writeInput(scratch, loss, parameters, tokens, targets, Map.of());
      Optional<TorchPeer> peer = TorchPeer.of("transformer_step.py", scratch, progress);
      peer.ifPresent(torch -> torch.putRate(metrics));
      for (int threads = 1; threads <= 2; threads++) {
        compare(program, peer, scratch, threads, metrics);
      }
    }
    return metrics;
  }

  private void compare(
      Program program,
      Optional<TorchPeer> peer,
      Scratch scratch,
      int threads,
      Map<String, Number> metrics) {
    Side ours = null;
    Side theirs = null;
    for (int round = 0; round < ROUNDS; round++) {
      Engine.start(threads, "auto");
      ours = better(ours, measure(program));
      if (peer.isPresent()) {
        theirs = better(theirs, torch(peer.get(), scratch, threads, Map.of()));
        if (threads > 1) {
          theirs =
              better(
                  theirs,
                  torch(peer.get(), scratch, threads, Map.of("OMP_WAIT_POLICY", "passive")));
        }
      }
      progress.say(
          "%d thread(s), round %d/%d: %.3f s a step%s",
          threads,
          round + 1,
          ROUNDS,
          ours.seconds(),
          theirs == null ? "" : Text.of(", PyTorch %.3f s", theirs.seconds()));
    }
    metrics.put("seconds" + threads, ours.seconds());
    if (theirs != null) {
      metrics.put("torchSeconds" + threads, theirs.seconds());
      peer.get().putRatio(metrics, "ratio" + threads, ours.seconds(), theirs.seconds());
      metrics.put("lossDifference", Math.abs(ours.loss() - theirs.loss()));
      metrics.put(
          "gradientNormDifference",
          Math.abs(ours.gradientNorm() - theirs.gradientNorm()) / theirs.gradientNorm());
    }
  }

  private static Side better(Side best, Side next) {
    return best == null || next.seconds() < best.seconds() ? next : best;
  }

  private static Side measure(Program program) {
    double[] seconds = new double[STEPS];
    for (int step = -2; step < STEPS; step++) {
      long start = System.nanoTime();
      program.run();
      if (step >= 0) {
        seconds[step] = (System.nanoTime() - start) / 1e9;
      }
    }
    return new Side(Median.of(seconds), program.scalar("loss"), program.gradients().norm());
  }

  private static int[] tokens(int which) {
    RandomStream stream = new RandomStream(1, RandomStream.purpose("bench.tokens"), which, 0);
    return java.util.stream.IntStream.range(0, BATCH * LENGTH)
        .map(i -> stream.nextInt(VOCABULARY))
        .toArray();
  }

  /**
   * What the peer reads.
   *
   * @param more for {@code bench.json}
   */
  static void writeInput(
      Scratch scratch,
      NextByte loss,
      Flat parameters,
      int[] tokens,
      int[] targets,
      Map<String, Object> more) {
    new PeerTensors().add(loss.network(), parameters.floats()).write(scratch);
    Map<String, Object> spec = new LinkedHashMap<>(more);
    spec.put("batch", loss.microBatch());
    spec.put("length", loss.length());
    spec.put("heads", loss.network().heads());
    spec.put("layers", loss.network().layers());
    spec.put("vocabulary", loss.network().vocabulary());
    spec.put("tokens", tokens);
    spec.put("targets", targets);
    scratch.write("bench.json", CanonicalJson.bytes(spec));
  }

  private static Side torch(
      TorchPeer peer, Scratch scratch, int threads, Map<String, String> environment) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put("OMP_NUM_THREADS", Integer.toString(threads));
    Map<String, Object> answer = peer.run(all, scratch.folder(), threads, STEPS);
    return new Side(
        PythonPeer.number(answer, "seconds"),
        PythonPeer.number(answer, "loss"),
        PythonPeer.number(answer, "gradientNorm"));
  }
}
