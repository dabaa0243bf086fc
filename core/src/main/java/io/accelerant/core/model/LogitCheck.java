package io.accelerant.core.model;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers by which a token model can be recognised: its answer to one fixed row, token i = (1 +
 * 7919 i) mod vocabulary, i = 0 .. min(32, longest)-1, no padding, time 500 if it wants one.
 */
final class LogitCheck {
  private static final int LENGTH = 32;

  private LogitCheck() {}

  /**
   * {@code check.nll}: mean negative log likelihood in nats of token i+1 (of token 0 at the end) at
   * position i; {@code check.logitRms}: root mean square of all logits.
   */
  static Map<String, Number> of(Model model) {
    TokenNetwork network = (TokenNetwork) model.network();
    int length = Math.min(LENGTH, network.maximumLength());
    int vocabulary = network.vocabulary();
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> (int) ((1 + 7919L * i) % vocabulary));
    double[] logits;
    try (Program program = network.forward(Precision.FLOAT32, BatchShape.of(1, length))) {
      program.setParameters(model.parameters()).set("tokens", tokens);
      if (network.timed()) {
        program.set("time", new double[] {500});
      }
      program.run();
      logits = program.doubles("logits");
    }
    double nll = 0;
    double squares = 0;
    for (int i = 0; i < length; i++) {
      int from = i * vocabulary;
      double largest = Arrays.stream(logits, from, from + vocabulary).max().orElseThrow();
      double sum = 0;
      for (int j = from; j < from + vocabulary; j++) {
        sum += StrictMath.exp(logits[j] - largest);
        squares += logits[j] * logits[j];
      }
      nll += largest + StrictMath.log(sum) - logits[from + tokens[(i + 1) % length]];
    }
    Map<String, Number> check = new LinkedHashMap<>();
    check.put("check.nll", nll / length);
    check.put("check.logitRms", StrictMath.sqrt(squares / logits.length));
    return check;
  }
}
