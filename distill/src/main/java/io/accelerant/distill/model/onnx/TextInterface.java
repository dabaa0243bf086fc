package io.accelerant.distill.model.onnx;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which inputs and outputs of a model of text mean what, found out by name or by type.
 *
 * @param time empty if the model is not given the time
 * @param timeRank dimensions of the time input: 0 or 1 for one number, 1 or 2 for one a sequence
 * @param oneTime whether all sequences of a call share the time
 * @param totalNoise whether the time input is given the total noise instead of t
 * @param batch sequences of a call, 0 if free
 * @param length positions of a sequence, 0 if free
 */
record TextInterface(
    String tokens,
    String time,
    int timeRank,
    boolean oneTime,
    boolean totalNoise,
    List<String> ones,
    List<String> zeros,
    String output,
    String parametrisation,
    int batch,
    int length)
    implements Serializable {

  /**
   * @throws ConfigException if the names or the types of the inputs and outputs leave no single
   *     reading; names the key and lists the signature
   */
  static TextInterface of(OnnxModel model, JobConfig config) {
    List<String> ones = config.get(OnnxKeys.ONES);
    List<String> zeros = config.get(OnnxKeys.ZEROS);
    for (String name : ones) {
      filled(model, config, OnnxKeys.ONES, name);
    }
    for (String name : zeros) {
      filled(model, config, OnnxKeys.ZEROS, name);
    }
    List<OnnxPort> rest =
        model.signature().inputs().stream()
            .filter(p -> !ones.contains(p.name()) && !zeros.contains(p.name()))
            .toList();
    OnnxPort tokens = tokens(model, config, rest);
    Optional<OnnxPort> time = time(model, config, rest);
    for (OnnxPort port : rest) {
      if (!port.equals(tokens) && !port.equals(time.orElse(null))) {
        throw model.mismatch(
            Text.of(
                "has the input %s, which no key gives a meaning: expected tokens and at most a"
                    + " time; name others in onnx.ones or onnx.zeros",
                port));
      }
    }
    OnnxPort output = output(model, config);
    long batch = Math.max(tokens.size(0), output.size(0));
    long length = Math.max(tokens.size(1), output.size(1));
    return new TextInterface(
        tokens.name(),
        time.map(OnnxPort::name).orElse(""),
        time.map(OnnxPort::rank).orElse(0),
        time.filter(p -> p.rank() == 0 || (p.size(0) == 1 && batch != 1)).isPresent(),
        config.get(OnnxKeys.TIME_VALUE).equals("total-noise"),
        List.copyOf(ones),
        List.copyOf(zeros),
        output.name(),
        config.get(OnnxKeys.PARAMETRISATION),
        Math.toIntExact(Math.max(0, batch)),
        Math.toIntExact(Math.max(0, length)));
  }

  private static void filled(
      OnnxModel model, JobConfig config, Key<List<String>> key, String name) {
    OnnxPort port = named(model, config, key, name);
    if (!port.element().isInteger() || port.rank() != 2) {
      throw invalid(model, config, key, "names %s, expected integers [batch, length]", port);
    }
  }

  private static OnnxPort named(OnnxModel model, JobConfig config, Key<?> key, String name) {
    return model
        .signature()
        .input(name)
        .orElseThrow(() -> invalid(model, config, key, "is \"%s\", which is no input", name));
  }

  private static OnnxPort tokens(OnnxModel model, JobConfig config, List<OnnxPort> inputs) {
    List<OnnxPort> integers = inputs.stream().filter(p -> p.element().isInteger()).toList();
    Optional<OnnxPort> named =
        config.find(OnnxKeys.TOKENS).map(n -> named(model, config, OnnxKeys.TOKENS, n));
    if (named.isEmpty() && integers.size() != 1) {
      throw invalid(
          model,
          config,
          OnnxKeys.TOKENS,
          "is needed: the model has %d integer inputs, not one",
          integers.size());
    }
    OnnxPort port = named.orElseGet(() -> integers.get(0));
    if (!port.element().isInteger() || port.rank() != 2) {
      throw invalid(
          model,
          config,
          OnnxKeys.TOKENS,
          "means the input %s, expected int32 or int64 [batch, length]",
          port);
    }
    return port;
  }

  private static Optional<OnnxPort> time(OnnxModel model, JobConfig config, List<OnnxPort> inputs) {
    List<OnnxPort> floats = inputs.stream().filter(p -> p.element().isFloat()).toList();
    Optional<OnnxPort> named =
        config.find(OnnxKeys.TIME).map(n -> named(model, config, OnnxKeys.TIME, n));
    if (named.isEmpty() && floats.size() > 1) {
      throw invalid(
          model,
          config,
          OnnxKeys.TIME,
          "is needed: the model has %d floating-point inputs",
          floats.size());
    }
    Optional<OnnxPort> time = named.or(() -> floats.stream().findFirst());
    time.ifPresent(
        port -> {
          boolean column = port.rank() == 2 && (port.size(1) == 1 || port.size(1) < 0);
          if (!port.element().isFloat() || (port.rank() > 1 && !column)) {
            throw invalid(
                model,
                config,
                OnnxKeys.TIME,
                "means the input %s, expected floating-point [], [1], [batch] or [batch, 1]",
                port);
          }
        });
    return time;
  }

  private static OnnxPort output(OnnxModel model, JobConfig config) {
    List<OnnxPort> fitting =
        model.signature().outputs().stream()
            .filter(p -> p.element().isFloat() && p.rank() == 3)
            .toList();
    Optional<String> name = config.find(OnnxKeys.OUTPUT);
    if (name.isEmpty()) {
      if (fitting.size() != 1) {
        throw invalid(
            model,
            config,
            OnnxKeys.OUTPUT,
            "is needed: the model has %d outputs of floating-point numbers with three dimensions,"
                + " not one",
            fitting.size());
      }
      return fitting.get(0);
    }
    OnnxPort port =
        model
            .signature()
            .output(name.get())
            .orElseThrow(
                () ->
                    invalid(
                        model,
                        config,
                        OnnxKeys.OUTPUT,
                        "is \"%s\", which is no output",
                        name.get()));
    if (!fitting.contains(port)) {
      throw invalid(
          model,
          config,
          OnnxKeys.OUTPUT,
          "means the output %s, expected floating-point [batch, length, V or V + 1]",
          port);
    }
    return port;
  }

  static ConfigException invalid(
      OnnxModel model, JobConfig config, Key<?> key, String why, Object... values) {
    return config.invalid(
        key,
        Text.of("%s. The model %s has %s.", Text.of(why, values), model.uri(), model.signature()));
  }

  boolean timed() {
    return !time.isEmpty();
  }

  /** What, besides the file, decides about the scores. */
  String hash(String file, int mask) {
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("file", file);
    identity.put("tokens", tokens);
    identity.put("time", time);
    identity.put("totalNoise", totalNoise);
    identity.put("ones", ones);
    identity.put("zeros", zeros);
    identity.put("output", output);
    identity.put("parametrisation", parametrisation);
    identity.put("mask", mask);
    return CanonicalJson.sha256Of(identity);
  }
}
