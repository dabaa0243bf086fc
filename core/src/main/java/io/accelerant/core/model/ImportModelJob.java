package io.accelerant.core.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.EngineInfo;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.nn.BertMaskedLm;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code import-model}: a pretrained GPT-2 or BERT masked language model, as Hugging Face keeps it,
 * to an artifact. Every tensor's presence and shape is checked; F16 and BF16 are widened to F32;
 * tokenizer files travel along.
 */
public final class ImportModelJob implements Job {
  private static final String AUTO = "auto";
  private static final String GPT2 = "gpt2";
  private static final String BERT = "bert-masked-lm";

  static final Key<String> SOURCE =
      Key.string(
          "importModel.source",
          "URI of a folder with config.json and model.safetensors or its index and shards");
  static final Key<String> KIND =
      Key.string("importModel.kind", "What the model must be; auto: what config.json says")
          .oneOf(AUTO, GPT2, BERT)
          .withDefault(AUTO);
  static final Key<String> LICENCE =
      Key.string("importModel.licence", "Licence of the model, one line for its card")
          .withDefault("That of the source.")
          .operational();

  /** Keys of the source's configuration that loaders need and that change no logit. */
  private static final List<String> KEPT = List.of("bos_token_id", "eos_token_id", "pad_token_id");

  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "generation_config.json");

  @Override
  public String name() {
    return "import-model";
  }

  @Override
  public String summary() {
    return "Bring a GPT-2 or BERT masked language model from safetensors into an artifact";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(List.of(SOURCE, KIND, LICENCE));
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    ModelFolder folder = ModelFolder.open(config.get(SOURCE), context.hadoop());
    NetworkSpec network = network(folder, config);
    ModelFolder.Match match = folder.match(network);
    String output =
        Versions.resolve(
            config.get(RunKeys.OUTPUT), context.hadoop(), StageStore.resumeKey(config.identity()));
    if (Artifact.find(output, context.hadoop()).isPresent()) {
      throw new ArtifactException(output + " is an artifact already; choose another run.output.");
    }
    return List.of(
        "read %d tensors (%,d parameters) of a %s from %s"
            .formatted(
                match.parameters().size(),
                network.layout().size(),
                kind(network),
                config.get(SOURCE)),
        "not used: " + (match.unknown().isEmpty() ? "nothing" : match.unknown()),
        "publish the model to " + output + ", reload it and compute the same logits");
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    EngineInfo engine = EngineSettings.of(config).start();
    ModelFolder folder = ModelFolder.open(config.get(SOURCE), context.hadoop());
    NetworkSpec network = network(folder, config);
    ModelFolder.Match match = folder.match(network);
    if (!match.unknown().isEmpty()) {
      context.progress().say("Tensors that are not known and not used: " + match.unknown());
    }
    String sourceHash = folder.hash();
    Model model = folder.load(network, match);
    Map<String, Object> identity = new TreeMap<>(config.identity());
    identity.put("input.source", sourceHash);
    Claim claim = Claim.of(StageStore.resumeKey(identity));
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT), context.hadoop(), claim, context.force())) {
      Map<String, Number> check = LogitCheck.of(model);
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("parameters", model.parameters().length);
      metrics.put("tensors", match.parameters().size());
      metrics.put("tensors.unused", match.unknown().size() + match.harmless().size());
      metrics.putAll(check);
      model.write(artifact, kept(folder));
      TOKENIZER.stream()
          .filter(folder::holds)
          .forEach(file -> artifact.write(file, folder.read(file)));
      artifact.writeJson("metrics.json", metrics);
      report(context, config, metrics, match, engine).files().forEach(artifact::write);
      artifact.write("README.md", card(config, network, sourceHash).markdown());
      artifact.write("python/load.py", Model.loader());
      Manifest manifest =
          artifact.commit(
              ManifestDraft.of(Model.KIND, name(), config)
                  .withParent("source", config.get(SOURCE), sourceHash)
                  .withMetrics(metrics));
      reproduce(context, artifact.uri(), check);
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
  }

  private static NetworkSpec network(ModelFolder folder, JobConfig config) {
    NetworkSpec network = Networks.of(folder.config(), folder.uri(Model.CONFIG));
    String found = kind(network);
    String wanted = config.get(KIND);
    if (found.isEmpty()) {
      throw new DataException(
          "%s describes a %s; import-model knows %s and %s."
              .formatted(folder.uri(Model.CONFIG), network.config().get("model_type"), GPT2, BERT));
    }
    if (!wanted.equals(AUTO) && !wanted.equals(found)) {
      throw config.invalid(
          KIND, "asks for %s, %s describes a %s.".formatted(wanted, Model.CONFIG, found));
    }
    return network;
  }

  /** Empty if it is neither. */
  private static String kind(NetworkSpec network) {
    if (network instanceof BertMaskedLm) {
      return BERT;
    }
    return network instanceof Transformer t && t.isGpt2() ? GPT2 : "";
  }

  private static Map<String, Object> kept(ModelFolder folder) {
    Map<String, Object> kept = new LinkedHashMap<>(folder.config());
    kept.keySet().retainAll(KEPT);
    return kept;
  }

  private static Report report(
      JobContext context,
      JobConfig config,
      Map<String, Number> metrics,
      ModelFolder.Match match,
      EngineInfo engine) {
    Table table = Table.of("metric", "value");
    metrics.forEach(table::row);
    return Report.titled("Model from " + config.get(SOURCE), context.progress()::say)
        .paragraph(
            "check.nll and check.logitRms are the model's answer to one fixed row of tokens, token i"
                + " = (1 + 7919 i) mod vocabulary; they identify the weights and measure no quality. Computed by "
                + engine
                + "; other kernels round differently.")
        .table(table)
        .section("Tensors that take no part")
        .paragraph("Buffers, tied copies and heads of other tasks: " + match.harmless())
        .paragraph("Not known: " + match.unknown());
  }

  private ModelCard card(JobConfig config, NetworkSpec network, String sourceHash) {
    String loader = kind(network).equals(GPT2) ? "AutoModelForCausalLM" : "AutoModelForMaskedLM";
    return new ModelCard(
        "%s, %,d parameters".formatted(kind(network), network.layout().size()),
        """
        `config.json` and `model.safetensors` (float32) in the layout that Hugging Face's
        transformers reads; tokenizer files as they were. The weights are those of the source,
        unchanged but for the width of their numbers.""",
        List.of(ModelCard.command(name(), config)),
        """
        from transformers import %s

        model = %s.from_pretrained(".")

        # without transformers, numpy alone:
        #   python python/load.py
        """
            .formatted(loader, loader),
        List.of(new ModelCard.Parent(config.get(SOURCE), sourceHash)),
        config.get(LICENCE));
  }

  /** What a reader gets answers as what was imported. */
  private static void reproduce(JobContext context, String uri, Map<String, Number> check) {
    Map<String, Number> again = LogitCheck.of(Model.open(uri, context.hadoop(), "import-model"));
    if (!again.equals(check)) {
      throw new ArtifactException(
          "%s was published, but what is read from it gives %s instead of %s."
              .formatted(uri, again, check));
    }
  }
}
