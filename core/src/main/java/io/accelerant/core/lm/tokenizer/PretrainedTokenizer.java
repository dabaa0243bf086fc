package io.accelerant.core.lm.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tokenizer of a pretrained model, by the files that came with it and Hugging Face's own
 * library. A special token that is spelled out in a text, such as {@code <|im_end|>}, is that
 * token. It takes its files along to tasks, and a JVM opens it once.
 */
public final class PretrainedTokenizer implements Tokenizer {
  static final String KIND = "files";

  private static final long serialVersionUID = 1;
  private static final String EOS = "eos";
  private static final String MASK = "mask";

  private final TokenizerFiles files;
  private final TreeMap<String, Integer> special;
  private final String model;
  private final int size;
  private final String unknown;
  private final String hash;
  private final int[] front;
  private final String visible;

  /**
   * @param special role to number, see {@link SpecialTokens}
   */
  private PretrainedTokenizer(
      TokenizerFiles files, Description description, TreeMap<String, Integer> special) {
    this.files = files.alone();
    this.special = special;
    this.model = description.model();
    this.size = description.size();
    this.unknown = description.unknown();
    if (!special.containsKey(EOS)) {
      throw missing(EOS, "an answer needs a token that ends it");
    }
    this.hash =
        CanonicalJson.sha256Of(
            new TreeMap<>(Map.of("tokenizer", description.json(), EOS, special.get(EOS))));
    this.front = use(PretrainedTokenizer::front);
    this.visible = findVisible();
  }

  /**
   * @throws RuntimeException of the files if they are no tokenizer, or do not name the token that
   *     ends an answer
   */
  static PretrainedTokenizer of(TokenizerFiles files) {
    Description description = Description.of(files);
    return open(files, description, SpecialTokens.of(files, description));
  }

  /**
   * As {@link #config} describes it.
   *
   * @throws RuntimeException as {@link #of(TokenizerFiles)}, or if the files are those of another
   */
  static PretrainedTokenizer of(TokenizerFiles files, JsonReader config) {
    JsonReader roles = config.inner("special");
    TreeMap<String, Integer> special = new TreeMap<>();
    roles.fields().keySet().forEach(role -> special.put(role, roles.whole(role)));
    PretrainedTokenizer found = open(files, Description.of(files), special);
    config.only("sha256", found.hash);
    return found;
  }

  private static PretrainedTokenizer open(
      TokenizerFiles files, Description description, TreeMap<String, Integer> special) {
    try {
      return new PretrainedTokenizer(files, description, special);
    } catch (NativeTokenizers.UnreadableException e) {
      throw files.wrong(
          files.main(), Text.of("is no tokenizer that can be read: %s.", e.getMessage()));
    }
  }

  private <R> R use(Function<HuggingFaceTokenizer, R> work) {
    return NativeTokenizers.use(
        hash, () -> CanonicalJson.write(Description.of(files).json()), work);
  }

  private RuntimeException missing(String role, String why) {
    return files
        .error()
        .apply(
            Text.of(
                "%s names no %s_token in %s, %s or %s; %s. Name it in %s.",
                files.where(),
                role,
                TokenizerFiles.CONFIG,
                TokenizerFiles.SPECIAL,
                TokenizerFiles.MODEL,
                why,
                TokenizerFiles.CONFIG));
  }

  /** What the files put before every text. */
  private static int[] front(HuggingFaceTokenizer library) {
    int[] text = ints(library.encode("a", false, false).getIds());
    int[] whole = ints(library.encode("a", true, false).getIds());
    int before = 0;
    while (text.length > 0 && before + text.length <= whole.length) {
      if (Arrays.equals(whole, before, before + text.length, text, 0, text.length)) {
        return Arrays.copyOf(whole, before);
      }
      before++;
    }
    return new int[0];
  }

  private static int[] ints(long[] ids) {
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  private String findVisible() {
    return IntStream.rangeClosed('!', '~')
        .mapToObj(Character::toString)
        .filter(this::isOneToken)
        .collect(Collectors.joining());
  }

  private boolean isOneToken(String sign) {
    try {
      int[] ids = encode(sign);
      return ids.length == 1 && decode(ids).equals(sign);
    } catch (IllegalArgumentException e) { // it has no token
      return false;
    }
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int end() {
    return special.get(EOS);
  }

  @Override
  public int mask() {
    if (!special.containsKey(MASK)) {
      throw missing(MASK, "a masked model needs it");
    }
    return special.get(MASK);
  }

  @Override
  public boolean spellsMask(int[] tokens) {
    return special.containsKey(MASK)
        && Arrays.stream(tokens).anyMatch(token -> token == special.get(MASK));
  }

  /** The table of a network may have rows that stand for no token. */
  @Override
  public boolean fits(int vocabulary, boolean masked) {
    return size <= vocabulary && (!masked || mask() < vocabulary);
  }

  @Override
  public int[] encode(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      // the library would end the process
      throw new IllegalArgumentException("half of a surrogate pair has no bytes");
    }
    Encoding encoding = use(library -> library.encode(text, false, false));
    String[] pieces = encoding.getTokens();
    for (int i = 0; i < pieces.length; i++) {
      if (pieces[i].equals(unknown)) {
        requireSpelled(text, encoding.getCharTokenSpans()[i]);
      }
    }
    return ints(encoding.getIds());
  }

  /** What has no token comes out as the unknown one; a text may also spell that. */
  private void requireSpelled(String text, CharSpan span) {
    int from = text.offsetByCodePoints(0, span.getStart());
    int to = text.offsetByCodePoints(0, span.getEnd());
    if (!text.substring(from, to).equals(unknown)) {
      throw new IllegalArgumentException(
          Text.of(
              "U+%04X at place %d is in no token of the tokenizer", text.codePointAt(from), from));
    }
  }

  /**
   * The template of conversations.
   *
   * @throws IllegalArgumentException if the files have none, or it uses what is not rendered here
   */
  public ChatTemplate chat() {
    return SpecialTokens.chat(files);
  }

  /** With what the files put before every text, a beginning of texts for one, once. */
  @Override
  public int[] encodePrompt(String prompt) {
    int[] ids = encode(prompt);
    return startsWith(ids, front) ? ids : concat(front, ids);
  }

  /**
   * As they come where prompt and answer are cut together. Where a token would reach over the
   * border, the answer is cut alone: tokens of a prompt do not depend on the answer.
   */
  @Override
  public int[] encodeAnswer(String prompt, String answer) {
    int[] alone = encode(answer);
    int[] before = encode(prompt);
    int[] whole = encode(prompt + answer);
    int[] rest =
        startsWith(whole, before) ? Arrays.copyOfRange(whole, before.length, whole.length) : alone;
    return decode(rest).equals(decode(alone)) ? rest : alone;
  }

  private static boolean startsWith(int[] ids, int[] with) {
    return ids.length >= with.length && Arrays.equals(ids, 0, with.length, with, 0, with.length);
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  @Override
  public String spell(String prompt) {
    return decode(encode(prompt), false);
  }

  /** Without special tokens. */
  @Override
  public String decode(int[] tokens) {
    return decode(Arrays.stream(tokens).takeWhile(token -> token != end()).toArray(), true);
  }

  private String decode(int[] tokens, boolean plain) {
    long[] known = Arrays.stream(tokens).filter(t -> t >= 0 && t < size).asLongStream().toArray();
    return use(library -> library.decode(known, plain));
  }

  @Override
  public String visible() {
    return visible;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("kind", KIND);
    config.put("model", model);
    config.put("size", size);
    config.put("sha256", hash);
    config.put("special", special);
    return config;
  }

  @Override
  public Map<String, Object> modelConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    special.forEach((role, id) -> config.put(role + SpecialTokens.NUMBER, id));
    return config;
  }

  @Override
  public void write(ArtifactWriter artifact) {
    files.write(artifact);
  }

  @Override
  public String hash() {
    return hash;
  }

  @Override
  public String describe() {
    return Text.of("a %s tokenizer of %d tokens (%s)", model, size, hash.substring(0, 12));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PretrainedTokenizer tokenizer && tokenizer.hash.equals(hash);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }
}
