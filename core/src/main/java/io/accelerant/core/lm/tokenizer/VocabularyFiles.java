package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Files that came before {@code tokenizer.json}, as what such a file would say. */
final class VocabularyFiles {
  private static final String DECODER = "added_tokens_decoder";
  private static final List<String> ROLES =
      List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask");
  private static final List<String> GPT2 = List.of("GPT2Tokenizer", "GPT2TokenizerFast");
  private static final List<String> BERT = List.of("BertTokenizer", "BertTokenizerFast");

  private VocabularyFiles() {}

  /** Of {@code vocab.json} and {@code merges.txt}: pairs of bytes. */
  static Description gpt2(TokenizerFiles files) {
    if (!files.holds(TokenizerFiles.MERGES)) {
      throw files.wrong(
          TokenizerFiles.VOCABULARY,
          "has no merges.txt beside it; a byte-pair tokenizer is both, or a tokenizer.json.");
    }
    JsonReader config = requireClass(files, TokenizerFiles.VOCABULARY, GPT2);
    JsonReader vocabulary = files.json(TokenizerFiles.VOCABULARY);
    Map<String, Integer> tokens = new LinkedHashMap<>();
    vocabulary.fields().keySet().forEach(piece -> tokens.put(piece, vocabulary.whole(piece)));
    boolean space = config.has("add_prefix_space") && config.truth("add_prefix_space");
    Map<String, Object> bytes = new LinkedHashMap<>();
    bytes.put("type", "ByteLevel");
    bytes.put("add_prefix_space", space);
    bytes.put("trim_offsets", true);
    bytes.put("use_regex", true);
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put(Description.VOCAB, new LinkedHashMap<>(tokens));
    model.put("merges", merges(files));
    return made(
        files, TokenizerFiles.VOCABULARY, tokens, null, bytes, null, bytes, model, List.of());
  }

  /** The rules, one a line, behind a line that names the version. */
  private static List<String> merges(TokenizerFiles files) {
    List<String> merges = new ArrayList<>();
    int line = 0;
    for (String text : files.text(TokenizerFiles.MERGES).split("\r?\n")) {
      line++;
      if (text.isEmpty() || line == 1 && text.startsWith("#version")) {
        continue;
      }
      if (text.split(" ", -1).length != 2) {
        throw files.wrong(
            TokenizerFiles.MERGES,
            Text.of("line %d: \"%s\" must be two pieces with a blank between them.", line, text));
      }
      merges.add(text);
    }
    return merges;
  }

  /** Of {@code vocab.txt}: pieces of words, one a line. */
  static Description bert(TokenizerFiles files) {
    JsonReader config = requireClass(files, TokenizerFiles.PIECES, BERT);
    Map<String, Integer> tokens = new LinkedHashMap<>();
    for (String piece : files.text(TokenizerFiles.PIECES).split("\r?\n")) {
      tokens.put(piece, tokens.size());
    }
    Map<String, String> special = new TreeMap<>();
    for (String role : List.of("unk", "cls", "sep")) {
      String piece =
          SpecialTokens.named(files, role).orElse("[" + role.toUpperCase(Locale.ROOT) + "]");
      if (!tokens.containsKey(piece)) {
        throw files.wrong(
            TokenizerFiles.PIECES,
            Text.of("does not hold %s, which a WordPiece tokenizer needs.", piece));
      }
      special.put(role, piece);
    }
    boolean lower = !config.has("do_lower_case") || config.truth("do_lower_case");
    Map<String, Object> normalizer = new LinkedHashMap<>();
    normalizer.put("type", "BertNormalizer");
    normalizer.put("clean_text", true);
    normalizer.put(
        "handle_chinese_chars",
        !config.has("tokenize_chinese_chars") || config.truth("tokenize_chinese_chars"));
    normalizer.put(
        "strip_accents", config.has("strip_accents") ? config.truth("strip_accents") : null);
    normalizer.put("lowercase", lower);
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "WordPiece");
    model.put("unk_token", special.get("unk"));
    model.put("continuing_subword_prefix", "##");
    model.put("max_input_chars_per_word", 100);
    model.put(Description.VOCAB, new LinkedHashMap<>(tokens));
    return made(
        files,
        TokenizerFiles.PIECES,
        tokens,
        normalizer,
        Map.of("type", "BertPreTokenizer"),
        around(special.get("cls"), special.get("sep"), tokens),
        Map.of("type", "WordPiece", "prefix", "##", "cleanup", true),
        model,
        special.values());
  }

  /** {@code [CLS] text [SEP]}. */
  private static Map<String, Object> around(
      String before, String behind, Map<String, Integer> tokens) {
    Map<String, Object> processor = new LinkedHashMap<>();
    Map<String, Object> text = Map.of("Sequence", Map.of("id", "A", "type_id", 0));
    List<Object> single = List.of(special(before, 0), text, special(behind, 0));
    List<Object> pair = new ArrayList<>(single);
    pair.add(Map.of("Sequence", Map.of("id", "B", "type_id", 1)));
    pair.add(special(behind, 1));
    Map<String, Object> known = new LinkedHashMap<>();
    for (String piece : List.of(before, behind)) {
      known.put(
          piece, Map.of("id", piece, "ids", List.of(tokens.get(piece)), "tokens", List.of(piece)));
    }
    processor.put("type", "TemplateProcessing");
    processor.put("single", single);
    processor.put("pair", pair);
    processor.put("special_tokens", known);
    return processor;
  }

  private static Map<String, Object> special(String piece, int type) {
    return Map.of("SpecialToken", Map.of("id", piece, "type_id", type));
  }

  /** Other tokenizers keep files of the same names, and cut texts another way. */
  private static JsonReader requireClass(TokenizerFiles files, String name, List<String> known) {
    JsonReader config = files.json(TokenizerFiles.CONFIG);
    if (config.has("tokenizer_class") && !known.contains(config.text("tokenizer_class"))) {
      throw files.wrong(
          name,
          Text.of(
              "is for %s, and only a %s is read without tokenizer.json; save it with one"
                  + " (use_fast=True).",
              config.text("tokenizer_class"), known.get(0)));
    }
    return config;
  }

  private static Description made(
      TokenizerFiles files,
      String name,
      Map<String, Integer> tokens,
      Map<String, Object> normalizer,
      Map<String, Object> before,
      Map<String, Object> processor,
      Map<String, Object> decoder,
      Map<String, Object> model,
      Collection<String> always) {
    Map<String, Boolean> added = added(files, tokens);
    for (String role : ROLES) {
      Optional<String> piece = SpecialTokens.named(files, role);
      piece.filter(tokens::containsKey).ifPresent(known -> added.put(known, true));
    }
    always.forEach(piece -> added.put(piece, true));
    List<Object> list = new ArrayList<>();
    added.forEach((piece, special) -> list.add(added(piece, tokens.get(piece), special)));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put(Description.ADDED, list);
    json.put("normalizer", normalizer);
    json.put("pre_tokenizer", before);
    json.put("post_processor", processor);
    json.put("decoder", decoder);
    json.put("model", model);
    return Description.checked(files, name, json, tokens);
  }

  /** Pieces that others have added to a vocabulary, and whether each is a special one. */
  private static Map<String, Boolean> added(TokenizerFiles files, Map<String, Integer> tokens) {
    Map<String, Boolean> added = new LinkedHashMap<>();
    JsonReader more = files.json(TokenizerFiles.ADDED);
    for (String piece : more.fields().keySet()) {
      tokens.put(piece, more.whole(piece));
      added.put(piece, false);
    }
    JsonReader config = files.json(TokenizerFiles.CONFIG);
    if (config.has(DECODER)) {
      JsonReader decoder = config.block(DECODER);
      for (String id : decoder.fields().keySet()) {
        if (!id.matches("[0-9]{1,8}")) {
          throw decoder.wrong(id, "must be the number of a token");
        }
        JsonReader token = decoder.block(id);
        tokens.put(token.text("content"), Integer.parseInt(id));
        added.put(token.text("content"), token.has("special") && token.truth("special"));
      }
    }
    return added;
  }

  static Map<String, Object> added(String piece, int id, boolean special) {
    Map<String, Object> token = new LinkedHashMap<>();
    token.put("id", id);
    token.put("content", piece);
    token.put("single_word", false);
    token.put("lstrip", false);
    token.put("rstrip", false);
    token.put("normalized", false);
    token.put("special", special);
    return token;
  }
}
