package io.accelerant.rl.gvm;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The batch of {@code gvmRaft.loss}; what it does not say is as published. */
final class LossBatch {
  private static final Set<String> FIELDS =
      Set.of(
          "new",
          "old",
          "reference",
          "advantages",
          "rewards",
          "advantage",
          "promptIds",
          "weights",
          "weighting",
          "p",
          "low",
          "high",
          "dual",
          "kl",
          "plain");

  private final JsonReader json;
  private final double[][] logP;

  private LossBatch(JsonReader json) {
    this.json = json;
    json.refuseOthers(FIELDS, "is not known");
    logP = rows("new");
  }

  /**
   * {@code loss, policy, divergence, clipped, advantages, weights, gradient}.
   *
   * @throws DataException if something is missing or wrong, names the field
   */
  static Map<String, Object> result(Map<String, Object> file, String uri) {
    return new LossBatch(JsonReader.of(file, uri, DataException::new)).result();
  }

  private Map<String, Object> result() {
    ClippedLoss loss = loss();
    double[] advantages = advantages();
    double[] weights = weights(advantages);
    ClippedLoss.Terms terms =
        loss.of(
            logP,
            loss.plain() && !json.has("old") ? logP : like("old"),
            loss.kl() > 0 ? like("reference") : logP,
            advantages,
            weights);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("loss", finite(terms.loss()));
    result.put("policy", terms.policy());
    result.put("divergence", terms.divergence());
    result.put("clipped", terms.clipped());
    result.put("advantages", advantages);
    result.put("weights", weights);
    result.put("gradient", terms.gradient());
    return result;
  }

  private double finite(double loss) {
    if (!Double.isFinite(loss)) {
      throw json.wrong("new", "is so far from the others that the loss is " + loss);
    }
    return loss;
  }

  private ClippedLoss loss() {
    ClippedLoss published = ClippedLoss.DEFAULT;
    boolean plain = json.has("plain") && json.truth("plain");
    double kl = or("kl", json.has("reference") ? published.kl() : 0);
    try {
      return new ClippedLoss(
          or("low", published.low()),
          or("high", published.high()),
          or("dual", published.dual()),
          kl,
          plain);
    } catch (IllegalArgumentException e) {
      throw new DataException(Text.of("%s: %s.", json.where(), e.getMessage()), e);
    }
  }

  private double or(String name, double otherwise) {
    return json.has(name) ? json.number(name) : otherwise;
  }

  private double[] advantages() {
    if (json.has("advantages")) {
      return perSequence("advantages");
    }
    double[] rewards = perSequence("rewards");
    String kind = json.has("advantage") ? json.text("advantage") : "raft";
    return switch (kind) {
      case "raft" -> Advantages.raft(rewards);
      case "grpo" -> Advantages.grpo(rewards, ids());
      default -> throw json.expected("advantage", "raft or grpo");
    };
  }

  /** Given, or as the weighting has them. */
  private double[] weights(double[] advantages) {
    if (json.has("weights")) {
      return perSequence("weights");
    }
    Weighting weighting = weighting();
    if (weighting != Weighting.TOKEN_MEAN) {
      return byPrompts(weighting, advantages);
    }
    double[] weights = new double[logP.length];
    long tokens = Arrays.stream(logP).mapToLong(row -> row.length).sum();
    Arrays.fill(weights, weighting.of(0, 0, 0, 0, tokens));
    return weights;
  }

  /** Those samples count that have an advantage. */
  private double[] byPrompts(Weighting weighting, double[] advantages) {
    double[] p = rates(weighting);
    long[] ids = ids();
    Map<Long, long[]> counts = new HashMap<>(); // samples, those that count
    for (int j = 0; j < ids.length; j++) {
      long[] count = counts.computeIfAbsent(ids[j], id -> new long[2]);
      count[0]++;
      count[1] += advantages[j] != 0 ? 1 : 0;
    }
    double[] weights = new double[ids.length];
    for (int j = 0; j < ids.length; j++) {
      long[] count = counts.get(ids[j]);
      weights[j] = weighting.of(count[0], p[j], count[1], counts.size(), 0);
    }
    return weights;
  }

  private double[] rates(Weighting weighting) {
    if (weighting != Weighting.LEMMA1) {
      return new double[logP.length];
    }
    double[] p = perSequence("p");
    for (int j = 0; j < p.length; j++) {
      if (!(p[j] > 0 && p[j] <= 1)) {
        throw json.wrong(Text.of("p[%d]", j), "must be above 0 and at most 1, is " + p[j]);
      }
    }
    return p;
  }

  private Weighting weighting() {
    String label = json.has("weighting") ? json.text("weighting") : Weighting.TOKEN_MEAN.label();
    if (!List.of(Weighting.LABELS).contains(label)) {
      throw json.expected("weighting", "one of " + List.of(Weighting.LABELS));
    }
    return Weighting.ofLabel(label);
  }

  private long[] ids() {
    List<?> ids = json.typed("promptIds", List.class, "a list of whole numbers");
    if (ids.size() != logP.length
        || !ids.stream().allMatch(id -> id instanceof Integer || id instanceof Long)) {
      throw json.wrong("promptIds", Text.of("must be %d whole numbers", logP.length));
    }
    return ids.stream().mapToLong(id -> ((Number) id).longValue()).toArray();
  }

  private double[] perSequence(String name) {
    double[] numbers = json.numbers(name);
    if (numbers.length != logP.length) {
      throw json.wrong(
          name, Text.of("has %d numbers for %d sequences", numbers.length, logP.length));
    }
    return numbers;
  }

  private double[][] like(String name) {
    double[][] rows = rows(name);
    for (int j = 0; j < Math.max(rows.length, logP.length); j++) {
      if (j >= rows.length || j >= logP.length || rows[j].length != logP[j].length) {
        throw json.wrong(Text.of("%s[%d]", name, j), "has not as many numbers as new");
      }
    }
    return rows;
  }

  private double[][] rows(String name) {
    List<?> list = json.typed(name, List.class, "a list of rows of numbers");
    if (list.isEmpty()) {
      throw json.expected(name, "a list of at least one row");
    }
    double[][] rows = new double[list.size()][];
    for (int j = 0; j < rows.length; j++) {
      String row = Text.of("%s[%d]", name, j);
      if (!(list.get(j) instanceof List<?> numbers)) {
        throw json.wrong(row, "must be a list of numbers, is " + list.get(j));
      }
      rows[j] = json.numbers(row, numbers);
    }
    return rows;
  }
}
