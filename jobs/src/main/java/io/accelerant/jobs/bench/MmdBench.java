package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Progress;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.RoundLog;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.mmd.LocalFinetuning;
import io.accelerant.distill.model.network.ImageModel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One update of MMD finetuning: 5 steps of DDIM by a patch transformer of 0.7 million parameters,
 * 128 images of 28 by 28, features of a perceptron, adjoint through the chain, clip, Adam and
 * average, in one thread; beside the same in PyTorch where {@code python3} has it, which keeps
 * states and runs each step again as this does. The first update must have the same loss and
 * gradient norm.
 */
public final class MmdBench {
  private static final int STEPS = 5;
  private static final int UNION = 128;
  private static final int MICRO_BATCH = 64;
  private static final int WARM_UP = 2;
  private static final int REPEATS = 5;
  private static final long SEED = 1;
  private static final double LEARNING_RATE = 1e-5;
  private static final PatchTransformer NETWORK =
      new PatchTransformer(1, 28, 7, 96, 4, 4, 384, 10, false);
  private static final MlpClassifier CLASSIFIER =
      new MlpClassifier(new Mlp(784, List.of(256, 64), 10, Activation.SILU));

  private final Progress progress;

  public MmdBench(Progress progress) {
    this.progress = progress;
  }

  /**
   * {@code secondsPerUpdate}, with a peer {@code torchSecondsPerUpdate}, {@code torchGflops}, the
   * differences, and {@code ratio} if that is a peer to compare with.
   */
  public Map<String, Number> run() {
    Engine.start(1, "auto");
    float[] parameters = PeerTensors.moved(NETWORK, 0.05, "mmd");
    float[] classifier = PeerTensors.moved(CLASSIFIER, 0, "mmd");
    double[] times = new double[STEPS + 1];
    Arrays.setAll(times, k -> 0.3 * (STEPS - k) / STEPS); // untrained, it ends far out from above
    ImageModel model = new ImageModel(NETWORK, parameters, VpLinear.standard());
    Map<String, Number> metrics = new LinkedHashMap<>();
    try (ProgramPool pool = new ProgramPool(4);
        LocalFinetuning updates =
            new LocalFinetuning(
                model,
                times,
                CLASSIFIER,
                classifier,
                images(),
                UNION,
                MICRO_BATCH,
                LEARNING_RATE,
                WARM_UP + REPEATS,
                SEED,
                pool);
        Scratch scratch = Scratch.create()) {
      double seconds = seconds(updates);
      metrics.put("secondsPerUpdate", seconds);
      write(scratch, parameters, classifier, times, updates.rates());
      Optional<TorchPeer> peer = TorchPeer.of("mmd_update.py", scratch, progress);
      peer.ifPresent(torch -> compare(torch, scratch, updates.log(), seconds, metrics));
    }
    return metrics;
  }

  private static double seconds(LocalFinetuning updates) {
    updates.run(WARM_UP);
    double[] seconds = new double[REPEATS];
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      long start = System.nanoTime();
      updates.run(1);
      seconds[repeat] = (System.nanoTime() - start) / 1e9;
    }
    return Median.of(seconds);
  }

  private void compare(
      TorchPeer torch, Scratch scratch, RoundLog log, double ours, Map<String, Number> metrics) {
    Map<String, Object> answer =
        torch.run(Map.of("OMP_NUM_THREADS", "1"), scratch.folder(), REPEATS);
    double theirs = PythonPeer.number(answer, "seconds");
    metrics.put("torchSecondsPerUpdate", theirs);
    torch.putRate(metrics);
    torch.putRatio(metrics, "ratio", ours, theirs);
    for (String name : List.of("loss", "gradientNorm")) {
      double first = log.column(name)[0];
      metrics.put(name + "Difference", Math.abs(PythonPeer.number(answer, name) / first - 1));
    }
    progress.say("%.3f s an update, PyTorch %.3f s", ours, theirs);
  }

  /** As many as an update draws, all of one class: so their order changes nothing. */
  private static LabelledPixels images() {
    byte[][] images = new byte[UNION][784];
    int[] labels = new int[UNION];
    for (int i = 0; i < UNION; i++) {
      RandomStream stream = new RandomStream(2, RandomStream.purpose("bench.mmd"), i, 0);
      for (int p = 0; p < 784; p++) {
        images[i][p] = (byte) stream.nextInt(256);
      }
    }
    return new LabelledPixels(images, labels);
  }

  /** What the peer reads: tensors of both networks, images, and the numbers of the sampler. */
  private static void write(
      Scratch scratch, float[] parameters, float[] classifier, double[] times, double[] rates) {
    float[][] images = images().floats();
    float[] pixels = new float[UNION * 784];
    float[] noise = new float[UNION * 784];
    for (int i = 0; i < UNION; i++) {
      RandomStream stream = LocalFinetuning.noise(SEED, i, 0);
      for (int p = 0; p < 784; p++) {
        pixels[i * 784 + p] = images[i][p];
        noise[i * 784 + p] = (float) stream.nextGaussian();
      }
    }
    new PeerTensors()
        .add("network.", NETWORK, parameters)
        .add("classifier.", CLASSIFIER, classifier)
        .add("images", pixels, UNION, 784)
        .add("noise", noise, UNION, 1, 28, 28)
        .write(scratch);
    List<Node> nodes = Arrays.stream(times).mapToObj(t -> VpLinear.standard().node(t)).toList();
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("times", times);
    spec.put("alpha", nodes.stream().map(Node::alpha).toList());
    spec.put("sigma", nodes.stream().map(Node::sigma).toList());
    spec.put("rates", rates);
    spec.put("learningRate", LEARNING_RATE);
    spec.put("microBatch", MICRO_BATCH);
    spec.put("heads", NETWORK.heads());
    spec.put("layers", NETWORK.layers());
    spec.put("patch", NETWORK.patch());
    scratch.write("spec.json", CanonicalJson.bytes(spec));
  }
}
