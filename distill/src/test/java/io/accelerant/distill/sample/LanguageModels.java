package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.model.network.TextModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Small language models with random weights, and prompts for them. */
public final class LanguageModels {
  private LanguageModels() {}

  /** Prompts of a task, half of them for tests. */
  public static Prompts prompts(JobContext context, Path folder, String task, String... sets) {
    PreparePromptsJob job = new PreparePromptsJob();
    List<String> all =
        new ArrayList<>(
            List.of(
                "run.output=" + folder,
                "preparePrompts.source=task:" + task,
                "preparePrompts.count=80",
                "preparePrompts.split=[0.4,0.1,0.5]"));
    all.addAll(List.of(sets));
    JobResult result = job.run(context, JobConfig.load(List.of(), all, job.keys()));
    return Prompts.open(context.spark(), context.hadoop(), result.artifact(), "a test");
  }

  /** A model that reads 32 tokens, whose laws are not nearly uniform. */
  public static LanguageModel model(Kind kind, Tokenizer tokenizer) {
    boolean masked = kind == Kind.MASKED;
    Transformer network =
        Transformer.gpt2(tokenizer.size() + (masked ? 1 : 0), 32, 16, 1, 2)
            .withCausal(!masked)
            .withPositions(Positions.ROTARY);
    double[] initial = network.initial(1, InitialScale.SCALED);
    float[] parameters = new float[initial.length];
    IntStream.range(0, initial.length).forEach(i -> parameters[i] = (float) (2 * initial[i]));
    return new LanguageModel(network, parameters, tokenizer, kind);
  }

  /** Publishes {@link #model}. */
  public static Artifact publish(Path folder, Kind kind, Tokenizer tokenizer) {
    LanguageModel model = model(kind, tokenizer);
    float[] raw = Arrays.copyOf(model.parameters(), model.parameters().length);
    return TextModels.publish(folder, artifact -> model.write(artifact, raw));
  }

  /** Publishes {@link #model} with its decoder. */
  public static Artifact publish(Path folder, Kind kind, Tokenizer tokenizer, Decoder decoder) {
    LanguageModel model = model(kind, tokenizer);
    return TextModels.publish(
        folder,
        artifact -> {
          model.write(artifact, model.parameters().clone());
          artifact.writeJson(Decoder.FILE, decoder.toJson());
        });
  }
}
