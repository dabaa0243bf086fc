package io.accelerant.core.lm;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Text as tokens of a sentence encoder of BERT's family, by the {@code tokenizer.json} that comes
 * with it: cleaned, accents and case dropped where the file says so, cut at spaces and punctuation,
 * then each word into the longest pieces of a vocabulary, from its start. Special tokens that are
 * spelt out in a text are read as text.
 */
public final class WordPiece implements Serializable {
  private static final long serialVersionUID = 1;

  /** Bytes of a file, at most. */
  public static final int LARGEST_FILE = 64 << 20;

  private static final int MOST_TOKENS = 512;

  private final HashMap<String, Integer> vocabulary;
  private final String continued;
  private final int unknown;
  private final int longestWord;
  private final int[] before;
  private final int[] behind;
  private final int most;
  private final Cleaning cleaning;

  /** What is done to text first. */
  private record Cleaning(boolean clean, boolean apart, boolean bare, boolean lower)
      implements Serializable {
    static Cleaning of(JsonReader file) {
      JsonReader normalizer = file.block("normalizer");
      normalizer.only("type", "BertNormalizer");
      boolean lower = normalizer.truth("lowercase");
      return new Cleaning(
          normalizer.truth("clean_text"),
          normalizer.truth("handle_chinese_chars"),
          normalizer.has("strip_accents") ? normalizer.truth("strip_accents") : lower,
          lower);
    }

    String of(String text) {
      StringBuilder out = new StringBuilder();
      text.codePoints().forEach(c -> put(c, out));
      if (!bare && !lower) {
        return out.toString();
      }
      String whole = bare ? Normalizer.normalize(out, Normalizer.Form.NFD) : out.toString();
      StringBuilder plain = new StringBuilder();
      whole
          .codePoints()
          .filter(c -> !bare || Character.getType(c) != Character.NON_SPACING_MARK)
          .map(c -> lower ? Character.toLowerCase(c) : c)
          .forEach(plain::appendCodePoint);
      return plain.toString();
    }

    private void put(int c, StringBuilder out) {
      if (clean && isSpace(c) && !isOther(c)) {
        out.append(' ');
      } else if (apart && isHan(c)) {
        out.append(' ').appendCodePoint(c).append(' ');
      } else if (!clean || c != 0xfffd && !isOther(c)) {
        out.appendCodePoint(c);
      }
    }

    /** Controls and what has no sign, but for the three that are spaces; unassigned ones stay. */
    private static boolean isOther(int c) {
      return switch (Character.getType(c)) {
        case Character.CONTROL -> c != '\t' && c != '\n' && c != '\r';
        case Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE -> true;
        default -> false;
      };
    }

    /** The blocks that BERT's own code names. */
    private static boolean isHan(int c) {
      return within(c, 0x3400, 0x4dbf)
          || within(c, 0x4e00, 0x9fff)
          || within(c, 0xf900, 0xfaff)
          || within(c, 0x20000, 0x2a6df)
          || within(c, 0x2a700, 0x2b81f)
          || within(c, 0x2b820, 0x2ceaf)
          || within(c, 0x2f800, 0x2fa1f);
    }

    private static boolean within(int c, int first, int last) {
      return first <= c && c <= last;
    }
  }

  private WordPiece(JsonReader file) {
    JsonReader model = file.block("model");
    model.only("type", "WordPiece");
    file.block("pre_tokenizer").only("type", "BertPreTokenizer");
    cleaning = Cleaning.of(file);
    vocabulary = vocabulary(model.block("vocab"));
    continued = model.text("continuing_subword_prefix");
    longestWord = model.whole("max_input_chars_per_word");
    unknown = token(model, "unk_token", model.text("unk_token"));
    most = file.has("truncation") ? file.block("truncation").whole("max_length") : MOST_TOKENS;
    List<List<Integer>> around = around(file.block("post_processor"));
    before = ints(around.get(0));
    behind = ints(around.get(1));
    if (most <= before.length + behind.length) {
      throw file.wrong("truncation", Text.of("leaves no room for text in %d tokens", most));
    }
  }

  /**
   * Reads a {@code tokenizer.json}.
   *
   * @throws DataException if it is none of a WordPiece; names what it says instead
   */
  public static WordPiece of(InputFile file) {
    return new WordPiece(JsonReader.of(file.json(), file.uri(), DataException::new));
  }

  private static HashMap<String, Integer> vocabulary(JsonReader pieces) {
    HashMap<String, Integer> vocabulary = new HashMap<>();
    pieces.fields().keySet().forEach(piece -> vocabulary.put(piece, pieces.whole(piece)));
    return vocabulary;
  }

  private int token(JsonReader where, String field, String piece) {
    Integer token = vocabulary.get(piece);
    if (token == null) {
      throw where.wrong(field, Text.of("names %s, which the vocabulary does not hold", piece));
    }
    return token;
  }

  /** Tokens before and behind a text. */
  private List<List<Integer>> around(JsonReader processor) {
    processor.only("type", "TemplateProcessing");
    List<List<Integer>> around = List.of(new ArrayList<>(), new ArrayList<>());
    int side = 0;
    for (Object part : processor.typed("single", List.class, "a list")) {
      if (part instanceof Map<?, ?> map && map.get("SpecialToken") instanceof Map<?, ?> special) {
        around.get(side).add(token(processor, "single", String.valueOf(special.get("id"))));
      } else {
        side++;
      }
    }
    if (side != 1) {
      throw processor.wrong("single", "must have the text once");
    }
    return around;
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The tokens of a text, with those that the encoder expects around it; its end is cut off. */
  public int[] encode(String text) {
    int room = most - before.length - behind.length;
    IntStream words = words(cleaning.of(text)).stream().flatMapToInt(w -> Arrays.stream(pieces(w)));
    return IntStream.concat(
            IntStream.concat(Arrays.stream(before), words.limit(room)), Arrays.stream(behind))
        .toArray();
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean alone = isPunctuation(c);
              if ((alone || isSpace(c)) && !word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
              }
              if (alone) {
                words.add(Character.toString(c));
              } else if (!isSpace(c)) {
                word.appendCodePoint(c);
              }
            });
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /** The pieces of a word; the unknown token if it does not come out in pieces. */
  private int[] pieces(String word) {
    int[] signs = word.codePoints().toArray();
    IntStream.Builder pieces = IntStream.builder();
    int from = 0;
    while (from < signs.length && signs.length <= longestWord) {
      int to = signs.length;
      Integer piece = null;
      for (; to > from; to--) {
        piece = vocabulary.get((from > 0 ? continued : "") + new String(signs, from, to - from));
        if (piece != null) {
          break;
        }
      }
      if (piece == null) {
        return new int[] {unknown};
      }
      pieces.add(piece);
      from = to;
    }
    return signs.length <= longestWord ? pieces.build().toArray() : new int[] {unknown};
  }

  private static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /** ASCII counts signs such as {@code $} and {@code +} as well. */
  private static boolean isPunctuation(int c) {
    if (c < 128) {
      return c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}
