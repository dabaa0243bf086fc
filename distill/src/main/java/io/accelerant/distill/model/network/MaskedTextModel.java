package io.accelerant.distill.model.network;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.model.Model;
import io.accelerant.core.nn.CausalNetwork;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.text.Text;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A masked diffusion model of text: a bidirectional network that predicts the clean symbols of a
 * window in which some are MASK. An artifact of kind {@code model} whose {@code config.json} says
 * so in a block {@code diffusion}; its weights are an exponential average over training, beside the
 * last ones of training.
 *
 * @param network from V + 1 tokens, MASK last, to as many logits, of which that of MASK is unused
 * @param parameters the average, in the order of {@code network.layout()}; not copied
 * @param alphabet the V symbols
 * @param length positions of a window
 * @param noise of the absorbing graph
 */
public record MaskedTextModel(
    TokenNetwork network,
    float[] parameters,
    Alphabet alphabet,
    int length,
    NoiseSchedule.LogLinear noise) {
  /** Value of {@code diffusion.kind}. */
  public static final String KIND = "masked-text";

  private static final String BLOCK = "diffusion";

  /**
   * @throws IllegalArgumentException if network, alphabet and length do not go together
   */
  public MaskedTextModel {
    int tokens = alphabet.size() + 1;
    if (network.vocabulary() != tokens) {
      throw new IllegalArgumentException(
          Text.of(
              "the alphabet %s and MASK are %d tokens, but the network has %d",
              alphabet.label(), tokens, network.vocabulary()));
    }
    if (length < 2 || length > network.maximumLength()) {
      throw new IllegalArgumentException(
          Text.of("length must be 2 to the network's %d, is %d", network.maximumLength(), length));
    }
    if (network instanceof CausalNetwork reader && reader.causal()) {
      throw new IllegalArgumentException(
          "the network is causal, so that a masked position would not see what follows it");
    }
  }

  /** The absorbing process over the alphabet. */
  public DiffusionProcess process() {
    return new DiffusionProcess(DiffusionGraph.ABSORB, noise, alphabet.size());
  }

  /** Token of MASK. */
  public int mask() {
    return alphabet.size();
  }

  /**
   * Opens this model in this process, beside the tasks.
   *
   * @param config for {@code engine.*}
   */
  public DiscreteModel open(JobContext context, JobConfig config) {
    return new NetworkTextModel(
        "The model in training",
        SharedNetwork.openHere(context, network, parameters, length, config),
        process(),
        length,
        network.timed());
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
    Map<String, Object> schedule = new LinkedHashMap<>();
    schedule.put("kind", "loglinear");
    schedule.put("eps", noise.eps());
    Map<String, Object> block = new LinkedHashMap<>();
    block.put("kind", KIND);
    block.put("graph", process().graph().label());
    block.put("prediction", "x0");
    block.putAll(alphabet.config());
    block.put("length", length);
    block.put("maskToken", mask());
    block.put("noise", schedule);
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
  public static MaskedTextModel read(String uri, JobContext context, String what) {
    return read(Artifact.open(uri, context.hadoop()), what);
  }

  /** As {@link #read(String, JobContext, String)}, of an opened artifact. */
  public static MaskedTextModel read(Artifact artifact, String what) {
    require(artifact, what);
    Model model = Model.read(artifact);
    return of(artifact, model.network(), model.parameters());
  }

  /** As {@link #read(Artifact, String)}, with the weights as training left them. */
  public static MaskedTextModel readRaw(Artifact artifact, String what) {
    require(artifact, what);
    Model model = Model.read(artifact, Model.RAW_WEIGHTS);
    return of(artifact, model.network(), model.parameters());
  }

  /**
   * Checks all of an artifact but its weights.
   *
   * @return the same artifact
   * @throws ArtifactException as {@link #read(String, JobContext, String)}
   */
  public static Artifact require(Artifact artifact, String what) {
    Map<String, Object> config = artifact.requireKind(Model.KIND, what).readJson(Model.CONFIG);
    if (!(config.get(BLOCK) instanceof Map<?, ?> block)) {
      throw new ArtifactException(
          Text.of(
              "%s needs a masked diffusion model of text; %s/%s has no block \"%s\". train-teacher"
                  + " with trainTeacher.kind = %s makes one.",
              what, artifact.uri(), Model.CONFIG, BLOCK, KIND));
    }
    if (!KIND.equals(block.get("kind"))) {
      throw new ArtifactException(
          Text.of(
              "%s needs a masked diffusion model of text (%s); %s is a diffusion model of kind %s.",
              what, KIND, artifact.uri(), block.get("kind")));
    }
    try {
      of(artifact, Networks.of(config, artifact.uri() + "/" + Model.CONFIG), new float[0]);
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
    return artifact;
  }

  private static MaskedTextModel of(Artifact artifact, NetworkSpec network, float[] parameters) {
    String where = artifact.uri() + "/" + Model.CONFIG;
    JsonReader block =
        JsonReader.of(artifact.readJson(Model.CONFIG), where, ArtifactException::new).block(BLOCK);
    block.only("graph", DiffusionGraph.ABSORB.label());
    block.only("prediction", "x0");
    block.only("weights", "ema");
    JsonReader schedule = block.inner("noise");
    schedule.only("kind", "loglinear");
    if (!(network instanceof TokenNetwork tokens)) {
      throw new ArtifactException(
          Text.of(
              "%s: a %s model needs a network of tokens, not a %s.",
              where, KIND, network.config().get("model_type")));
    }
    try {
      MaskedTextModel read =
          new MaskedTextModel(
              tokens,
              parameters,
              Alphabet.read(block),
              block.whole("length"),
              new NoiseSchedule.LogLinear(schedule.number("eps")));
      block.only("maskToken", read.mask());
      return read;
    } catch (IllegalArgumentException e) {
      throw new ArtifactException(Text.of("%s: %s.", where, e.getMessage()), e);
    }
  }
}
