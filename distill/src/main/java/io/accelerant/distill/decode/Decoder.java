package io.accelerant.distill.decode;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a masked model is read: a rule, everything that it is made of, and the blocks that it fills.
 * Tokens are those that the rule's source would take, see {@link UnmaskRule#warp}.
 *
 * @param settings completed: they say all
 * @param blockLength as in {@link MaskedDecoding}; 0 for one block
 */
public record Decoder(RuleKind rule, RuleSettings settings, int blockLength)
    implements Serializable {
  /** Where a model's artifact keeps the one that it is good with. */
  public static final String FILE = "decoder.json";

  private static final int FORMAT_VERSION = 1;
  private static final String VERSION = "formatVersion";
  private static final String RULE = "rule";
  private static final String BLOCK_LENGTH = "blockLength";

  /**
   * @throws ConfigException if the rule cannot be made of the settings
   */
  public Decoder {
    settings = rule.complete(settings);
    rule.rule(settings); // some parameters do not go together
    if (blockLength < 0) {
      throw new IllegalArgumentException("a block has at least one position");
    }
  }

  /**
   * A rule at a value of its knob, see {@link RuleKind#at}.
   *
   * @throws ConfigException if it may not be that
   */
  public static Decoder at(RuleKind rule, double knob, int blockLength) {
    return new Decoder(rule, rule.at(knob), blockLength);
  }

  /** Value of the rule's knob; 0 if it has none. */
  public double threshold() {
    return rule.knob().map(knob -> settings.numbers().get(knob.name())).orElse(0.0);
  }

  /** Rule and knob, as tables and metrics name it: {@code confidence.0.9}, {@code quota.3}. */
  public String label() {
    return rule.label() + rule.knob().map(knob -> "." + plain(threshold())).orElse("");
  }

  private static String plain(double number) {
    boolean whole = number == StrictMath.rint(number) && StrictMath.abs(number) < 1e15;
    return whole ? Long.toString((long) number) : Double.toString(number);
  }

  public MaskedDecoding decoding() {
    return MaskedDecoding.of(rule.rule(settings), blockLength);
  }

  /** What {@value #FILE} holds. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(VERSION, FORMAT_VERSION);
    json.put(RULE, rule.label());
    json.putAll(settings.numbers());
    json.putAll(settings.words());
    json.put(BLOCK_LENGTH, blockLength);
    return json;
  }

  /**
   * Reads {@link #toJson}.
   *
   * @throws ArtifactException if it is something else
   */
  public static Decoder fromJson(Map<String, Object> json, String where) {
    JsonReader fields = JsonReader.of(json, where, ArtifactException::new);
    fields.only(VERSION, FORMAT_VERSION);
    String name = fields.text(RULE);
    if (!RuleKind.names().contains(name)) {
      throw fields.expected(RULE, "one of " + String.join(", ", RuleKind.names()));
    }
    RuleKind rule = RuleKind.named(name);
    Set<String> known = new TreeSet<>(Set.of(VERSION, RULE, BLOCK_LENGTH));
    RuleSettings settings = RuleSettings.NONE;
    for (RuleParameter parameter : rule.parameters()) {
      known.add(parameter.name());
      settings =
          parameter.isWord()
              ? settings.with(parameter.name(), fields.text(parameter.name()))
              : settings.with(parameter.name(), fields.number(parameter.name()));
    }
    fields.refuseOthers(known, Text.of("is no parameter of the rule %s", name));
    int blockLength = fields.whole(BLOCK_LENGTH);
    if (blockLength < 0) {
      throw fields.expected(BLOCK_LENGTH, "0 (one block) or more");
    }
    try {
      return new Decoder(rule, settings, blockLength);
    } catch (ConfigException e) {
      throw new ArtifactException(Text.of("%s: %s", where, e.getMessage()), e);
    }
  }

  /**
   * The decoder that a model's artifact names, if it does.
   *
   * @throws ArtifactException if it is damaged
   */
  public static Optional<Decoder> find(Artifact artifact) {
    return artifact.holds(FILE)
        ? Optional.of(fromJson(artifact.readJson(FILE), artifact.uri() + "/" + FILE))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return label();
  }
}
