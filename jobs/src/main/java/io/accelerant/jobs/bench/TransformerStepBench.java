package io.accelerant.jobs.bench;

import io.accelerant.core.artifact.CanonicalJson;
import io.accelerant.core.artifact.Safetensors;
import io.accelerant.core.artifact.Tensor;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.job.Progress;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

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
   * The metrics: seconds and ratios (ours over theirs; below 1 is faster) for one and two threads.
   */
  public Map<String, Number> run() {
    float[] parameters;
    int[] tokens = tokens(0);
    int[] targets = tokens(1);
    Map<String, Number> metrics = new LinkedHashMap<>();
    try (Program program = NETWORK.training(Precision.FLOAT32, BatchShape.of(BATCH, LENGTH))) {
      parameters = floats(NETWORK.initial(1));
      float[] weights = new float[BATCH * LENGTH];
      Arrays.fill(weights, 1f / weights.length);
      program
          .setParameters(parameters)
          .set("tokens", tokens)
          .set("targets", targets)
          .set("weights", weights);
      metrics.put("parameters", parameters.length);
      metrics.put("nativeBytes", program.nativeBytes());
      Optional<Path> peer = peer(program.parameters(), parameters, tokens, targets);
      for (int threads = 1; threads <= 2; threads++) {
        compare(program, peer, threads, metrics);
      }
      peer.ifPresent(TransformerStepBench::delete);
    }
    return metrics;
  }

  private void compare(
      Program program, Optional<Path> peer, int threads, Map<String, Number> metrics) {
    Side ours = null;
    Side theirs = null;
    for (int round = 0; round < ROUNDS; round++) {
      Engine.start(threads, "auto");
      ours = better(ours, measure(program));
      if (peer.isPresent()) {
        theirs = better(theirs, torch(peer.get(), threads, Map.of()));
        if (threads > 1) {
          theirs = better(theirs, torch(peer.get(), threads, Map.of("OMP_WAIT_POLICY", "passive")));
        }
      }
      progress.say(
          "%d thread(s), round %d/%d: %.3f s a step%s",
          threads,
          round + 1,
          ROUNDS,
          ours.seconds(),
          theirs == null ? "" : ", PyTorch %.3f s".formatted(theirs.seconds()));
    }
    metrics.put("seconds" + threads, ours.seconds());
    if (theirs != null) {
      metrics.put("torchSeconds" + threads, theirs.seconds());
      metrics.put("ratio" + threads, ours.seconds() / theirs.seconds());
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
    double squares = 0;
    for (float g : program.gradients()) {
      squares += (double) g * g;
    }
    Arrays.sort(seconds);
    double median = (seconds[STEPS / 2 - 1] + seconds[STEPS / 2]) / 2;
    return new Side(median, program.scalar("loss"), Math.sqrt(squares));
  }

  private static int[] tokens(int which) {
    RandomStream stream = new RandomStream(1, RandomStream.purpose("bench.tokens"), which, 0);
    return java.util.stream.IntStream.range(0, BATCH * LENGTH)
        .map(i -> stream.nextInt(VOCABULARY))
        .toArray();
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** A folder with what the peer reads, or empty where there is no PyTorch. */
  private Optional<Path> peer(Layout layout, float[] parameters, int[] tokens, int[] targets) {
    if (python().isEmpty()) {
      progress.say("no python3 with torch here: no peer to compare with");
      return Optional.empty();
    }
    try {
      Path folder = Files.createTempDirectory("accelerant-bench");
      List<Tensor> tensors = new ArrayList<>();
      for (Layout.Tensor t : layout.tensors()) {
        tensors.add(
            Tensor.of(
                t.name(),
                t.shape().stream().mapToLong(Integer::longValue).toArray(),
                Arrays.copyOfRange(parameters, t.offset(), t.offset() + t.size())));
      }
      Files.write(folder.resolve("model.safetensors"), Safetensors.bytes(tensors, Map.of()));
      Map<String, Object> spec = new LinkedHashMap<>();
      spec.put("batch", BATCH);
      spec.put("length", LENGTH);
      spec.put("heads", HEADS);
      spec.put("layers", LAYERS);
      spec.put("vocabulary", VOCABULARY);
      spec.put("tokens", tokens);
      spec.put("targets", targets);
      Files.write(folder.resolve("bench.json"), CanonicalJson.bytes(spec));
      try (InputStream script =
          TransformerStepBench.class.getResourceAsStream("transformer_step.py")) {
        Files.write(folder.resolve("transformer_step.py"), script.readAllBytes());
      }
      return Optional.of(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first Python that can import torch. */
  private static Optional<String> python() {
    for (String candidate : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(candidate, "-c", "import torch, numpy")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return Optional.of(candidate);
        }
      } catch (IOException notThere) {
        // the next one
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return Optional.empty();
  }

  private static Side torch(Path folder, int threads, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder(
            python().orElseThrow(),
            folder.resolve("transformer_step.py").toString(),
            folder.toString(),
            Integer.toString(threads),
            Integer.toString(STEPS));
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the peer failed: " + out);
      }
      Map<String, Object> json = CanonicalJson.readObject(out, "the peer's answer");
      return new Side(number(json, "seconds"), number(json, "loss"), number(json, "gradientNorm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double number(Map<String, Object> json, String name) {
    return ((Number) json.get(name)).doubleValue();
  }

  private static void delete(Path folder) {
    for (String name : List.of("model.safetensors", "bench.json", "transformer_step.py", "")) {
      try {
        Files.deleteIfExists(folder.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
