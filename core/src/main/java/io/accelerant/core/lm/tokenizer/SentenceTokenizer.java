package io.accelerant.core.lm.tokenizer;

import ai.djl.huggingface.tokenizers.Encoding;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Text as tokens of a sentence encoder, by the {@code tokenizer.json} that comes with it: with the
 * tokens that the file puts around every text, and cut where it says.
 */
public final class SentenceTokenizer implements Serializable {
  private static final long serialVersionUID = 1;

  /** Bytes of a file, at most. */
  public static final int LARGEST_FILE = 64 << 20;

  private static final String CUT = "truncation";
  private static final int MOST_TOKENS = 512;

  private final String json;
  private final String hash;
  private final int most;

  private SentenceTokenizer(JsonReader file) {
    Map<String, Object> description = new LinkedHashMap<>(file.fields());
    description.keySet().removeAll(List.of(CUT, "padding"));
    this.json = CanonicalJson.write(description);
    this.hash = CanonicalJson.sha256(json.getBytes(StandardCharsets.UTF_8));
    this.most = file.has(CUT) ? file.block(CUT).whole("max_length") : MOST_TOKENS;
    int around;
    try {
      around = encoding("").getIds().length;
    } catch (NativeTokenizers.UnreadableException e) {
      throw new DataException(
          Text.of("%s is no tokenizer that can be read: %s.", file.where(), e.getMessage()), e);
    }
    if (most <= around) {
      throw file.wrong(CUT, Text.of("leaves no room for text in %d tokens", most));
    }
  }

  /**
   * Reads a {@code tokenizer.json}.
   *
   * @throws DataException if it is none; says why
   */
  public static SentenceTokenizer of(InputFile file) {
    return new SentenceTokenizer(JsonReader.of(file.json(), file.uri(), DataException::new));
  }

  private Encoding encoding(String text) {
    return NativeTokenizers.use(hash, () -> json, library -> library.encode(text, true, false));
  }

  /** The tokens of a text, with those that the encoder expects around it; its end is cut off. */
  public int[] encode(String text) {
    // half of a surrogate pair would end the process
    byte[] valid = text.getBytes(StandardCharsets.UTF_8);
    Encoding encoding = encoding(new String(valid, StandardCharsets.UTF_8));
    long[] ids = encoding.getIds();
    long[] around = encoding.getSpecialTokenMask();
    int over = Math.max(0, ids.length - most);
    int behind = 0;
    while (behind < ids.length && around[ids.length - 1 - behind] == 1) {
      behind++;
    }
    int from = ids.length - behind - over;
    int to = ids.length - behind;
    return IntStream.range(0, ids.length)
        .filter(i -> i < from || i >= to)
        .map(i -> Math.toIntExact(ids[i]))
        .toArray();
  }
}
