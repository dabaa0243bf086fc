package io.accelerant.distill.model.network;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Schedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A continuous diffusion model of images or videos: a patch transformer that predicts, from x_t =
 * alpha_t x_0 + sigma_t eps, the noise, or on the path of flow matching the velocity eps - x_0;
 * pixels of x_0 in [-1, 1]. An artifact of kind {@code model} whose {@code config.json} says so in
 * a block {@code diffusion}.
 *
 * @param network takes {@code 1000 t}; its label {@code classes} stands for no class
 * @param parameters the average over training, in the order of {@code network.layout()}; not copied
 * @param schedule of alpha and sigma
 */
public record ImageModel(PatchTransformer network, float[] parameters, Schedule schedule) {
  /** Value of {@code diffusion.kind}. */
  public static final String KIND = "image";

  /** Value of {@code diffusion.kind} of videos. */
  public static final String VIDEO = "video";

  private static final String BLOCK = "diffusion";

  /** Beside a model that is good for one sampler only: that. */
  public static final String SAMPLER = "sampler.json";

  private static final List<Integer> RANGE = List.of(-1, 1);

  /**
   * @throws IllegalArgumentException if the network predicts a variance too
   */
  public ImageModel {
    if (network.learnSigma()) {
      throw new IllegalArgumentException(
          "the network predicts a variance (learn_sigma), of which no solver here makes use");
    }
  }

  /** Numbers of an image or video. */
  public int size() {
    return network.numbers();
  }

  /** The same without the blocks that are not kept, and without their parameters. */
  public ImageModel withKept(List<Integer> blocks) {
    if (blocks.equals(network.keep())) {
      return this;
    }
    PatchTransformer lacking = network.withKept(blocks);
    return new ImageModel(lacking, network.pruned(parameters, lacking), schedule);
  }

  private static String kind(PatchTransformer network) {
    return network.frames().isVideo() ? VIDEO : KIND;
  }

  /** What the network is given for a time. */
  public static float networkTime(Node node) {
    return (float) (ForwardPrograms.TIME_SCALE * node.t());
  }

  /** Pixel of a byte: 0 is -1, 255 is 1. */
  public static float pixel(byte value) {
    return (value & 0xff) / 127.5f - 1;
  }

  /** The nearest byte of a pixel; what is outside [-1, 1] is cut off. */
  public static byte toByte(double pixel) {
    return (byte) Math.max(0, Math.min(255, Math.rint(127.5 * (pixel + 1))));
  }

  /** The {@link #toByte bytes} of samples {@code [rows][size]} that stand one after the other. */
  public static byte[][] toBytes(double[] samples, int rows) {
    int size = samples.length / rows;
    byte[][] bytes = new byte[rows][size];
    for (int i = 0; i < rows * size; i++) {
      bytes[i / size][i % size] = toByte(samples[i]);
    }
    return bytes;
  }

  /**
   * Opens this model in this process, beside the tasks.
   *
   * @param config for {@code engine.*}
   */
  public ContinuousModel open(JobContext context, JobConfig config) {
    return new NetworkImageModel(
        "The model in training",
        SharedNetwork.openHere(context, network, parameters, 1, config),
        size(),
        network.classes(),
        schedule.prediction());
  }

  /**
   * Writes {@code config.json} and both sets of weights.
   *
   * @param raw the weights as training left them
   */
  public void write(ArtifactWriter artifact, float[] raw) {
    new Model(network, parameters).write(artifact, Map.of(BLOCK, block()));
    new Model(network, raw).writeWeights(artifact, Model.RAW_WEIGHTS);
  }

  /** Writes {@code config.json} and the weights alone, see {@link Model#writeHalf}. */
  public void writeHalf(ArtifactWriter artifact) {
    new Model(network, parameters).writeHalf(artifact, Map.of(BLOCK, block()));
  }

  private Map<String, Object> block() {
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("kind", kind(network));
    block.put("prediction", schedule.prediction().label());
    block.put("schedule", schedule.label());
    block.put("timeScale", (int) ForwardPrograms.TIME_SCALE);
    block.put("range", RANGE);
    block.put("nullLabel", network.classes());
    block.put("weights", "ema");
    return block;
  }

  /**
   * Reads a published model; every byte is verified.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is none, it is another kind of model, is damaged, or says
   *     things that do not go together
   */
  public static ImageModel read(String uri, JobContext context, String what) {
    return read(Artifact.open(uri, context.hadoop()), what);
  }

  /** As {@link #read(String, JobContext, String)}, of an opened artifact. */
  public static ImageModel read(Artifact artifact, String what) {
    schedule(artifact, what);
    Model model = Model.read(artifact);
    return of(artifact, model.network(), model.parameters());
  }

  /** Whether an artifact says that it is a model of this kind. */
  public static boolean isOne(Artifact artifact) {
    return artifact.manifest().kind().equals(Model.KIND)
        && artifact.readJson(Model.CONFIG).get(BLOCK) instanceof Map<?, ?> block
        && List.of(KIND, VIDEO).contains(block.get("kind"));
  }

  /**
   * Refuses a model that was finetuned for one sampler, which lies beside it.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if it is one
   */
  public static void requireUntuned(Artifact artifact, String what) {
    if (artifact.holds(SAMPLER)) {
      throw new ArtifactException(
          Text.of(
              "%s names %s, which was finetuned for the one sampler that its %s says, and is no"
                  + " model of the noise for any other; name the model that it was made from.",
              what, artifact.uri(), SAMPLER));
    }
  }

  /** With which schedule the model of an artifact was trained; see {@link #described}. */
  public static Schedule schedule(Artifact artifact, String what) {
    return described(artifact, what).schedule();
  }

  /**
   * All that an artifact says of its model, checked, without weights.
   *
   * @throws ArtifactException as {@link #read(String, JobContext, String)}
   */
  public static ImageModel described(Artifact artifact, String what) {
    Map<String, Object> config = artifact.requireKind(Model.KIND, what).readJson(Model.CONFIG);
    if (!isOne(artifact)) {
      throw new ArtifactException(
          Text.of(
              "%s needs a diffusion model of images or videos; %s/%s has no block \"%s\" of kind %s"
                  + " or %s. train-teacher with trainTeacher.kind = %s or %s makes one.",
              what, artifact.uri(), Model.CONFIG, BLOCK, KIND, VIDEO, KIND, VIDEO));
    }
    try {
      return of(artifact, Networks.of(config, artifact.uri() + "/" + Model.CONFIG), new float[0]);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  private static ImageModel of(Artifact artifact, NetworkSpec network, float[] parameters) {
    String where = artifact.uri() + "/" + Model.CONFIG;
    JsonReader block =
        JsonReader.of(artifact.readJson(Model.CONFIG), where, ArtifactException::new).block(BLOCK);
    if (!(network instanceof PatchTransformer patches)) {
      throw new ArtifactException(
          Text.of(
              "%s: an %s model needs a patch transformer, not a %s.",
              where, KIND, network.config().get("model_type")));
    }
    block.only("kind", kind(patches));
    block.only("timeScale", (int) ForwardPrograms.TIME_SCALE);
    block.only("range", RANGE);
    block.only("nullLabel", patches.classes());
    block.only("weights", "ema");
    try {
      Schedule schedule = Schedule.ofLabel(block.text("schedule"));
      block.only("prediction", schedule.prediction().label());
      return new ImageModel(patches, parameters, schedule);
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(Text.of("%s: %s.", where, e.getMessage()), e);
    }
  }
}
