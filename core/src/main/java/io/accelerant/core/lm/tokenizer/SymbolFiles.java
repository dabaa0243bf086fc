package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.data.Alphabet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A {@link SymbolTokenizer}, or an {@link Alphabet} alone, as files that Hugging Face's library
 * reads: the same tokens for every text that has any. Two things differ, as the library has no way
 * to say them: where ours refuses a text that holds a foreign symbol, the library drops the symbol;
 * and a text that spells out {@link #END} or {@link #MASK} is that token.
 */
public final class SymbolFiles {
  /** What stands for the end of an answer. */
  public static final String END = "<|end|>";

  /** What stands for a masked position. */
  public static final String MASK = "<|mask|>";

  /** Marks of one char: what Java takes for half of a surrogate pair is no mark to it. */
  private static final String MARKS = "[\\p{M}&&[\\x{0}-\\x{FFFF}]]";

  /** Bytes that GPT-2 writes as themselves; the others are the chars from U+0100 on, in order. */
  private static final String PRINTED = "[!-~\u00A1-\u00AC\u00AE-\u00FF]";

  private SymbolFiles() {}

  /**
   * How text is cut.
   *
   * @param normaliser brings any text to symbols; null: text is taken as it is
   * @param before cuts a text before the model does; null: not at all
   * @param decoder joins pieces to a text
   * @param model from pieces to numbers
   */
  private record Cut(
      Map<String, Object> normaliser,
      Map<String, Object> before,
      Map<String, Object> decoder,
      Map<String, Object> model) {}

  /**
   * Name of each file to its content.
   *
   * @param special {@code eos} and {@code mask}, those that the model has, to their numbers
   */
  public static Map<String, Map<String, Object>> of(
      SymbolTokenizer tokenizer, Map<String, Integer> special) {
    return files(cut(tokenizer), special);
  }

  /** As above, of the symbols of an alphabet. */
  public static Map<String, Map<String, Object>> of(
      Alphabet alphabet, Map<String, Integer> special) {
    return files(cut(alphabet), special);
  }

  private static Map<String, Map<String, Object>> files(Cut cut, Map<String, Integer> special) {
    SortedMap<Integer, String> pieces = new TreeMap<>();
    special.forEach((role, id) -> pieces.put(id, role.equals("eos") ? END : MASK));
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    special.forEach((role, id) -> config.put(role + "_token", pieces.get(id)));
    config.put("clean_up_tokenization_spaces", false);
    Map<String, Map<String, Object>> files = new LinkedHashMap<>();
    files.put(TokenizerFiles.JSON, json(cut, pieces));
    files.put(TokenizerFiles.CONFIG, config);
    return files;
  }

  private static Map<String, Object> json(Cut cut, SortedMap<Integer, String> pieces) {
    List<Object> added = new ArrayList<>();
    pieces.forEach((id, piece) -> added.add(VocabularyFiles.added(piece, id, true)));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put("truncation", null);
    json.put("padding", null);
    json.put(Description.ADDED, added);
    json.put("normalizer", cut.normaliser());
    json.put("pre_tokenizer", cut.before());
    json.put("post_processor", null);
    json.put("decoder", cut.decoder());
    json.put("model", cut.model());
    return json;
  }

  private static Cut cut(SymbolTokenizer tokenizer) {
    String symbols = tokenizer.symbols();
    if (tokenizer.label().isEmpty()) {
      return new Cut(null, null, Map.of("type", "Fuse"), symbols(symbols));
    }
    return cut(Alphabet.ofLabel(tokenizer.label()));
  }

  private static Cut cut(Alphabet alphabet) {
    List<String> symbols =
        IntStream.range(0, alphabet.size()).mapToObj(alphabet::symbolOf).toList();
    if (alphabet.equals(Alphabet.BYTES)) {
      return new Cut(null, bytes(), bytes(), symbols(printed(String.join("", symbols))));
    }
    Map<String, Object> fuse = Map.of("type", "Fuse");
    return alphabet.equals(Alphabet.LETTERS27)
        ? new Cut(letters(), null, fuse, symbols(String.join("", symbols)))
        : new Cut(letters(), beforeSpaces(), fuse, longestFirst(symbols));
  }

  /** Words with the space before them: no piece is in two of them. */
  private static Map<String, Object> beforeSpaces() {
    Map<String, Object> split = new LinkedHashMap<>();
    split.put("type", "Split");
    split.put("pattern", Map.of("String", " "));
    split.put("behavior", "MergedWithNext");
    split.put("invert", false);
    return split;
  }

  /** The longest piece that fits each time; no word is too long. */
  private static Map<String, Object> longestFirst(List<String> pieces) {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    pieces.forEach(piece -> vocabulary.put(piece, vocabulary.size()));
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "WordPiece");
    model.put("unk_token", pieces.get(0));
    model.put("continuing_subword_prefix", "");
    model.put("max_input_chars_per_word", Integer.MAX_VALUE);
    model.put(Description.VOCAB, vocabulary);
    return model;
  }

  /** Pairs of pieces of which none is ever joined: each char is a token. */
  private static Map<String, Object> symbols(String symbols) {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    for (int i = 0; i < symbols.length(); i++) {
      vocabulary.put(symbols.substring(i, i + 1), i);
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("dropout", null);
    model.put("unk_token", null);
    model.put("continuing_subword_prefix", null);
    model.put("end_of_word_suffix", null);
    model.put("fuse_unk", false);
    model.put(Description.VOCAB, vocabulary);
    model.put("merges", List.of());
    return model;
  }

  /** As {@link Alphabet#normalise} of letters. */
  private static Map<String, Object> letters() {
    return Map.of(
        "type",
        "Sequence",
        "normalizers",
        List.of(
            Map.of("type", "NFKD"),
            Map.of("type", "Lowercase"),
            replaced(MARKS, ""),
            replaced("[^a-z]+", " "),
            Map.of("type", "Strip", "strip_left", true, "strip_right", true)));
  }

  private static Map<String, Object> replaced(String pattern, String by) {
    return Map.of("type", "Replace", "pattern", Map.of("Regex", pattern), "content", by);
  }

  private static Map<String, Object> bytes() {
    Map<String, Object> bytes = new LinkedHashMap<>();
    bytes.put("type", "ByteLevel");
    bytes.put("add_prefix_space", false);
    bytes.put("trim_offsets", true);
    bytes.put("use_regex", false);
    return bytes;
  }

  /** Bytes as the chars that the library knows them by. */
  private static String printed(String bytes) {
    StringBuilder printed = new StringBuilder();
    char next = 256;
    for (char one : bytes.toCharArray()) {
      printed.append(String.valueOf(one).matches(PRINTED) ? one : next++);
    }
    return printed.toString();
  }
}
