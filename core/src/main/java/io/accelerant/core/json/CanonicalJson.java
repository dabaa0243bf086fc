package io.accelerant.core.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.FileKind;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * JSON whose text depends on the values alone: keys in insertion order (or sorted, for hashing),
 * doubles with 17 significant digits, so that reading gives back the same bits. Values are {@link
 * Map} with string keys, {@link Iterable}, arrays of any kind, {@link CharSequence}, {@link
 * Boolean}, integers, {@code double} and {@code float}, and null.
 */
public final class CanonicalJson {
  /** Largest document that is read, in bytes. */
  public static final int MAX_BYTES = 256 << 20;

  private static final int MAX_DEPTH = 100;
  private static final MathContext DIGITS = new MathContext(17, RoundingMode.HALF_EVEN);
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_BYTES)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private CanonicalJson() {}

  /**
   * One line, keys in insertion order.
   *
   * @throws DataException if a number is NaN or infinite; names its path
   */
  public static String write(Object value) {
    return text(value, false, false);
  }

  /** As {@link #write}, indented for people and with a final line feed. */
  public static String writePretty(Object value) {
    return text(value, false, true) + "\n";
  }

  /** As {@link #write}, keys sorted at every level: the form that is hashed. */
  public static String writeSorted(Object value) {
    return text(value, true, false);
  }

  /** {@link #writePretty} in UTF-8: the form of JSON files. */
  public static byte[] bytes(Object value) {
    return writePretty(value).getBytes(StandardCharsets.UTF_8);
  }

  /** Lower-case hexadecimal SHA-256. */
  public static String sha256(byte[] content) {
    return HexFormat.of().formatHex(newSha256().digest(content));
  }

  /** SHA-256 of {@link #writeSorted} in UTF-8. */
  public static String sha256Of(Object value) {
    return sha256(writeSorted(value).getBytes(StandardCharsets.UTF_8));
  }

  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Reads a JSON object. Numbers come back as Integer, Long, BigInteger or Double, arrays as List.
   *
   * @param whatItIs named in errors, such as a path
   * @throws DataException if this is not exactly one JSON object in UTF-8, a key occurs twice, a
   *     number has no finite value, or nesting or size exceed the bounds
   */
  public static Map<String, Object> readObject(byte[] json, String whatItIs) {
    return object(readValue(json, whatItIs), whatItIs);
  }

  /** As {@link #readObject(byte[], String)}, for any JSON value, such as an array. */
  public static Object readValue(byte[] json, String whatItIs) {
    if (json.length > MAX_BYTES) {
      throw new DataException(
          Text.of(
              "%s is too large for JSON: %d bytes, at most %d are read.",
              whatItIs, json.length, MAX_BYTES));
    }
    byte[] head = Arrays.copyOf(json, Math.min(json.length, FileKind.HEAD));
    Optional<String> other = json.length == 0 ? Optional.of("empty") : FileKind.notText(head);
    if (other.isPresent()) {
      throw new DataException(Text.of("%s is %s; expected JSON.", whatItIs, other.get()));
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      return readValue(text.startsWith("\ufeff") ? text.substring(1) : text, whatItIs);
    } catch (CharacterCodingException e) {
      throw new DataException(whatItIs + " is not UTF-8 text.", e);
    }
  }

  /** As {@link #readObject(byte[], String)}. */
  public static Map<String, Object> readObject(String json, String whatItIs) {
    return object(readValue(json, whatItIs), whatItIs);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value, String whatItIs) {
    if (!(value instanceof Map<?, ?> object)) {
      throw new DataException(whatItIs + " must hold one JSON object.");
    }
    return (Map<String, Object>) object;
  }

  /** As {@link #readObject(byte[], String)}, for any JSON value, such as an array. */
  public static Object readValue(String json, String whatItIs) {
    Object value;
    try {
      value = MAPPER.readValue(json, Object.class);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new DataException(
          Text.of(
              "%s is not valid JSON%s: %s",
              whatItIs,
              at == null ? "" : Text.of(" (line %d, column %d)", at.getLineNr(), at.getColumnNr()),
              e.getOriginalMessage()),
          e);
    }
    requireFinite(value, "", whatItIs);
    return value;
  }

  private static void requireFinite(Object value, String path, String whatItIs) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, element) -> requireFinite(element, child(path, key), whatItIs));
    } else if (value instanceof Iterable<?> list) {
      int i = 0;
      for (Object element : list) {
        requireFinite(element, path + "[" + i++ + "]", whatItIs);
      }
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      throw new DataException(whatItIs + ": " + path + " is out of the range of a double.");
    }
  }

  private static String child(String path, Object key) {
    return path.isEmpty() ? String.valueOf(key) : path + "." + key;
  }

  private static String text(Object value, boolean sorted, boolean pretty) {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = MAPPER.getFactory().createGenerator(out)) {
      if (pretty) {
        generator.setPrettyPrinter(
            new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
      }
      write(generator, value, "", sorted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void write(JsonGenerator out, Object value, String path, boolean sorted)
      throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof CharSequence text) {
      out.writeString(text.toString());
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Double || value instanceof Float) {
      out.writeNumber(number(((Number) value).doubleValue(), path));
    } else if (value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInteger) {
      out.writeNumber(value.toString());
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> entry : (sorted ? new TreeMap<>(map) : map).entrySet()) {
        out.writeFieldName((String) entry.getKey());
        write(out, entry.getValue(), child(path, entry.getKey()), sorted);
      }
      out.writeEndObject();
    } else if (value instanceof Iterable<?> elements) {
      out.writeStartArray();
      int i = 0;
      for (Object element : elements) {
        write(out, element, path + "[" + i++ + "]", sorted);
      }
      out.writeEndArray();
    } else if (value.getClass().isArray()) {
      out.writeStartArray();
      for (int i = 0; i < Array.getLength(value); i++) {
        write(out, Array.get(value, i), path + "[" + i + "]", sorted);
      }
      out.writeEndArray();
    } else {
      throw new IllegalArgumentException(
          "no JSON form for " + value.getClass().getName() + " at \"" + path + "\"");
    }
  }

  /**
   * 17 significant digits name every double uniquely (IEEE 754, 5.12.2). Not Double.toString: its
   * digits changed in JDK 19. A point or an exponent is always there, so that 8.0 stays a double.
   */
  private static String number(double value, String path) {
    if (!Double.isFinite(value)) {
      throw new DataException(
          Text.of("Cannot write JSON: \"%s\" is %s; JSON has finite numbers only.", path, value));
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal digits = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -5 && exponent < 17) {
      String plain = digits.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    return digits.movePointLeft(exponent).toPlainString() + "e" + exponent;
  }
}
