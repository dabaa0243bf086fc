package io.accelerant.core.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.engine.EngineInfo;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.nn.BertMaskedLm;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaConfig;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.Networks;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code import-model}: a pretrained GPT-2, BERT masked language model, Llama, Qwen 2, LLaDA or
 * Dream, as Hugging Face keeps it, to an artifact. Every tensor's presence and shape is checked,
 * and what is not known is refused; F16 and BF16 are widened to F32; tokenizer files travel along.
 */
public final class ImportModelJob implements PublishingJob {
  private static final String AUTO = "auto";
  private static final String GPT2 = "gpt2";
  private static final String BERT = "bert-masked-lm";
  private static final List<String> KINDS =
      Stream.concat(
              Stream.of(AUTO, GPT2, BERT),
              Arrays.stream(LlamaFamily.values()).map(ImportModelJob::label))
          .toList();

  static final Key<String> SOURCE =
      Key.string(
          "importModel.source",
          "URI of a folder with config.json and model.safetensors or its index and shards");
  static final Key<String> KIND =
      Key.string("importModel.kind", "What the model must be; auto: what config.json says")
          .oneOf(KINDS.toArray(String[]::new))
          .withDefault(AUTO);
  static final Key<List<String>> LEAVE_OUT =
      Key.strings(
              "importModel.leaveOut",
              "Tensors to do without, by the beginnings of their names, such as heads of other tasks")
          .withDefault(List.of());
  static final Key<String> LICENCE =
      Key.string("importModel.licence", "Licence of the model, one line for its card")
          .withDefault("That of the source.")
          .operational();

  /** Families for which transformers itself has classes. */
  private static final Set<LlamaFamily> OWN_CLASSES =
      EnumSet.of(LlamaFamily.LLAMA, LlamaFamily.QWEN2);

  /** Tensors that a message lists. */
  private static final int MOST_NAMES = 3;

  /** Keys of the source's configuration that loaders need and that change no logit. */
  private static final List<String> KEPT =
      List.of("bos_token_id", "eos_token_id", "pad_token_id", "mask_token_id");

  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja",
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
    return "Bring a GPT-2, BERT, Llama, Qwen2, LLaDA or Dream from safetensors into an artifact";
  }

  @Override
  public List<Key<?>> keys() {
    return RunKeys.and(List.of(SOURCE, KIND, LEAVE_OUT, LICENCE));
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    ModelFolder folder = ModelFolder.open(config.get(SOURCE), context.hadoop());
    NetworkSpec network = network(folder, config);
    ModelFolder.Match match = folder.match(network);
    requireKnown(config, match.unknown());
    Model.requireHeap(network.layout(), config.get(SOURCE));
    return new Work(
        () -> List.of(new Manifest.Parent("source", config.get(SOURCE), folder.hash())),
        output ->
            List.of(
                Text.of(
                    "read %d tensors (%,d parameters) of a %s from %s",
                    match.parameters().size(),
                    network.layout().size(),
                    kind(network),
                    config.get(SOURCE)),
                "left out: " + (match.unknown().isEmpty() ? "nothing" : match.unknown()),
                "publish the model to " + output + ", reload it and compute the same logits"),
        run -> make(run, folder, network, match));
  }

  private static Product make(
      Run run, ModelFolder folder, NetworkSpec network, ModelFolder.Match match) {
    JobContext context = run.context();
    EngineInfo engine = EngineSettings.of(run.config()).start();
    if (!match.unknown().isEmpty()) {
      context.progress().say("Tensors that are left out: " + match.unknown());
    }
    Model model = folder.load(network, match);
    Map<String, Number> check = LogitCheck.of(model);
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("parameters", model.parameters().length);
    metrics.put("tensors", match.parameters().size());
    metrics.put("tensors.unused", match.unknown().size() + match.harmless().size());
    metrics.putAll(check);
    model.write(run.artifact(), kept(folder));
    TOKENIZER.stream()
        .filter(folder::holds)
        .forEach(file -> run.artifact().write(file, folder.read(file)));
    run.writeLoader(Model.class);
    return new Product(
        run.draft(Model.KIND, metrics),
        report(context, run.config(), metrics, match, engine).files(),
        card(run, network),
        new Check(
            "the model's answer to a fixed row of tokens",
            check,
            artifact -> LogitCheck.of(Model.read(artifact))));
  }

  private static NetworkSpec network(ModelFolder folder, JobConfig config) {
    NetworkSpec network = Networks.of(folder.config(), folder.uri(Model.CONFIG));
    String found = kind(network);
    String wanted = config.get(KIND);
    if (found.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s describes a %s; import-model knows %s.",
              folder.uri(Model.CONFIG),
              network.config().get("model_type"),
              String.join(", ", KINDS.subList(1, KINDS.size()))));
    }
    if (network instanceof Llama llama) {
      requireKnown(folder, LlamaConfig.unknown(llama.family(), folder.config()));
    }
    if (!wanted.equals(AUTO) && !wanted.equals(found)) {
      throw config.invalid(
          KIND, Text.of("asks for %s, %s describes a %s.", wanted, Model.CONFIG, found));
    }
    return network;
  }

  private static void requireKnown(ModelFolder folder, List<String> unknown) {
    if (!unknown.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s: it is not known here whether %s changes what the network computes; take it out"
                  + " if it does not.",
              folder.uri(Model.CONFIG), String.join(", ", unknown)));
    }
  }

  private static void requireKnown(JobConfig config, List<String> unknown) {
    List<String> left = config.get(LEAVE_OUT);
    List<String> refused =
        unknown.stream().filter(name -> left.stream().noneMatch(name::startsWith)).toList();
    if (!refused.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s holds tensors that the network of its %s does not have: %s%s; if it is the same"
                  + " without them, name them in %s.",
              config.get(SOURCE),
              Model.CONFIG,
              String.join(", ", refused.subList(0, Math.min(MOST_NAMES, refused.size()))),
              refused.size() > MOST_NAMES ? " and " + (refused.size() - MOST_NAMES) + " more" : "",
              LEAVE_OUT.path()));
    }
    for (String start : left) {
      if (unknown.stream().noneMatch(name -> name.startsWith(start))) {
        throw config.invalid(
            LEAVE_OUT, Text.of("names \"%s\", but no such tensor is left.", start));
      }
    }
  }

  private static String label(LlamaFamily family) {
    return family.name().toLowerCase(Locale.ROOT);
  }

  /** Empty if it is none. */
  private static String kind(NetworkSpec network) {
    if (network instanceof Llama llama) {
      return label(llama.family());
    }
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
            "check.nll and check.logitRms are the model's answer to one fixed row of tokens, token"
                + " i = (1 + 7919 i) mod vocabulary; they identify the weights and measure no"
                + " quality. Computed by "
                + engine
                + "; other kernels round differently.")
        .table(table)
        .section("Tensors that take no part")
        .paragraph("Buffers, tied copies and heads of other tasks: " + match.harmless())
        .paragraph("Left out as importModel.leaveOut asks: " + match.unknown());
  }

  private static ModelCard card(Run run, NetworkSpec network) {
    return run.card(
        Text.of("%s, %,d parameters", kind(network), network.layout().size()),
        """
        `config.json` and `model.safetensors` (float32) in the layout that Hugging Face's
        transformers reads; tokenizer files as they were. The weights are those of the source,
        unchanged but for the width of their numbers.\
        """,
        Text.of(
            """
            %s

            # without transformers, numpy alone:
            #   python python/load.py
            """,
            loader(network)),
        run.config().get(LICENCE));
  }

  private static String loader(NetworkSpec network) {
    if (network instanceof Llama llama && !OWN_CLASSES.contains(llama.family())) {
      String type = llama.family().architecture();
      return Text.of(
          "# %s is the class in the code that the model was published with%nmodel ="
              + " %s.from_pretrained(\".\")",
          type, type);
    }
    String type = network instanceof BertMaskedLm ? "AutoModelForMaskedLM" : "AutoModelForCausalLM";
    return Text.of("from transformers import %s%n%nmodel = %s.from_pretrained(\".\")", type, type);
  }
}
