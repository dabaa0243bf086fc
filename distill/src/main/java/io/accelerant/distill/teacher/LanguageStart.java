package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.model.Adapters;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * The network that is trained and the numbers that it starts from: random ones, or those of an
 * artifact.
 *
 * @param network that is published
 * @param trained the same, or with adapters
 * @param initial parameters of {@code trained}
 */
record LanguageStart(TokenNetwork network, NetworkSpec trained, float[] initial) {
  private static final List<Key<?>> NETWORK =
      List.of(
          TrainTeacherKeys.WIDTH,
          TrainTeacherKeys.LAYERS,
          TrainTeacherKeys.HEADS,
          TrainTeacherKeys.HIDDEN,
          TrainTeacherKeys.POSITIONS,
          TrainTeacherKeys.INITIAL);

  /**
   * The artifact to go on from, verified to be one of the kind; needs no Spark.
   *
   * @throws io.accelerant.core.error.ConfigException if keys of a network are given beside it, or
   *     there is an adapter and no artifact
   */
  static Optional<Artifact> artifact(
      JobContext context, JobConfig config, LanguageModel.Kind kind) {
    Optional<Artifact> artifact =
        config.find(TrainTeacherKeys.START).map(uri -> Artifact.open(uri, context.hadoop()));
    artifact.ifPresent(
        found -> {
          config.refuse(NETWORK, "is what trainTeacher.start has already; leave it out.");
          LanguageModel.require(found, Optional.of(kind), TrainTeacherKeys.START.path());
        });
    if (artifact.isEmpty() && config.get(TrainTeacherKeys.ADAPTER.rank()) > 0) {
      throw config.invalid(
          TrainTeacherKeys.ADAPTER.rank(),
          "is for a trained network: name it as trainTeacher.start, or leave this out.");
    }
    return artifact;
  }

  /**
   * @throws io.accelerant.core.error.DataException if the artifact reads other tokens
   * @throws io.accelerant.core.error.ConfigException if it reads fewer, or the network cannot be
   */
  static LanguageStart of(
      JobContext context, JobConfig config, PromptRows rows, LanguageModel.Kind kind) {
    long seed = config.get(RunKeys.SEED);
    Optional<Artifact> artifact = artifact(context, config, kind);
    TokenNetwork network;
    float[] base;
    if (artifact.isPresent()) {
      String what = TrainTeacherKeys.START.path();
      LanguageModel start = LanguageModel.read(artifact.get(), Optional.of(kind), what);
      start.requireSame(rows.prompts().tokenizer(), rows.prompts().uri());
      network = start.network();
      base = start.parameters();
      if (network.maximumLength() < rows.longest()) {
        throw config.invalid(
            TrainTeacherKeys.START,
            Text.of(
                "reads %d tokens; rows of %s have up to %d.",
                network.maximumLength(), rows.prompts().uri(), rows.longest()));
      }
    } else {
      int masks = kind == LanguageModel.Kind.MASKED ? 1 : 0;
      network = fresh(config, rows.prompts().tokenizer().size() + masks, rows.longest(), kind);
      base =
          Flat.of(Precision.FLOAT32, network.initial(seed, TrainTeacherKeys.initialScale(config)))
              .floats();
    }
    NetworkSpec trained = TrainTeacherKeys.ADAPTER.on(config, network);
    return new LanguageStart(network, trained, Adapters.initial(trained, base, seed));
  }

  private static Transformer fresh(
      JobConfig config, int vocabulary, int length, LanguageModel.Kind kind) {
    return TextNetworks.of(config, vocabulary, length)
        .withCausal(kind == LanguageModel.Kind.CAUSAL);
  }
}
