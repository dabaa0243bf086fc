package io.accelerant.core.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.FileKind;
import io.accelerant.core.text.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The header of a safetensors file: 8 bytes with its length, then JSON that gives each tensor a
 * type, a shape and a range of the bytes that follow. The file comes from anywhere, so nothing is
 * allocated or believed before it is checked against the size of the file.
 *
 * @param entries in order of position
 * @param dataStart position of the first data byte in the file
 */
record SafetensorsHeader(
    Map<String, Entry> entries, SortedMap<String, String> metadata, long dataStart) {
  /** The bound that the Python library has too. */
  static final int MAX_HEADER = 100_000_000;

  static final String METADATA = "__metadata__";
  private static final int MAX_RANK = 64;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxStringLength(MAX_HEADER)
                  .build())
          .build();

  /** Where a tensor lies; {@code begin} and {@code end} count from the first data byte. */
  record Entry(Dtype dtype, long[] shape, long begin, long end) {}

  /**
   * Reads and checks the header.
   *
   * @param whatItIs named in errors
   * @throws DataException if anything in it is not as the format demands
   */
  static SafetensorsHeader read(RandomAccess file, String whatItIs) throws IOException {
    long size = file.size();
    if (size < 8) {
      throw other(file, whatItIs, "it has " + size + " bytes; the header length alone takes 8");
    }
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    file.read(0, length);
    long headerSize = length.getLong(0);
    if (headerSize < 0 || headerSize > MAX_HEADER) {
      throw other(
          file,
          whatItIs,
          Text.of(
              "it states a header of %s bytes; at most %d are allowed",
              Long.toUnsignedString(headerSize), MAX_HEADER));
    }
    if (headerSize > size - 8) {
      throw other(
          file,
          whatItIs,
          Text.of("it states a header of %d bytes, but only %d follow", headerSize, size - 8));
    }
    byte[] header = new byte[(int) headerSize];
    file.read(8, ByteBuffer.wrap(header));
    if (header.length == 0 || header[0] != '{') {
      throw other(file, whatItIs, "it has a header that does not start with {");
    }
    return parse(header, whatItIs).inOrder(size - 8 - headerSize, whatItIs);
  }

  /** Something else under this name, such as a page that says why there was nothing to download. */
  private static DataException other(RandomAccess file, String whatItIs, String why)
      throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(FileKind.HEAD, file.size()));
    file.read(0, head);
    String kind = FileKind.of(head.array());
    return bad(
        whatItIs,
        Text.of(
            "is %s; expected %s: %s. Download or save it again",
            kind, kind.equals("safetensors") ? "all of the file" : "safetensors", why));
  }

  private static SafetensorsHeader parse(byte[] header, String whatItIs) throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    SortedMap<String, String> metadata = new TreeMap<>();
    Reader text =
        new InputStreamReader(
            new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder());
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      boolean hasMetadata = false;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals(METADATA)) {
          if (hasMetadata) {
            throw bad(whatItIs, "has " + METADATA + " twice");
          }
          hasMetadata = true;
          readMetadata(json, metadata, whatItIs);
        } else if (entries.put(name, readEntry(json, name, whatItIs)) != null) {
          throw bad(whatItIs, "has two tensors named " + name);
        }
      }
      if (json.nextToken() != null) {
        throw bad(whatItIs, "has something after the JSON of its header");
      }
    } catch (JsonProcessingException e) {
      throw new DataException(
          whatItIs + " has a header that is not valid JSON: " + e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw new DataException(whatItIs + " has a header that is not UTF-8.", e);
    }
    return new SafetensorsHeader(entries, metadata, 8 + (long) header.length);
  }

  private static void readMetadata(
      JsonParser json, SortedMap<String, String> metadata, String whatItIs) throws IOException {
    require(json, JsonToken.START_OBJECT, METADATA + " must be an object", whatItIs);
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      json.nextToken();
      require(json, JsonToken.VALUE_STRING, METADATA + "." + key + " must be a string", whatItIs);
      if (metadata.put(key, json.getText()) != null) {
        throw bad(whatItIs, "has " + METADATA + "." + key + " twice");
      }
    }
  }

  private static Entry readEntry(JsonParser json, String name, String whatItIs) throws IOException {
    String tensor = "tensor " + name + ": ";
    require(json, JsonToken.START_OBJECT, tensor + "must be an object", whatItIs);
    Dtype dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      boolean twice =
          switch (field) {
            case "dtype" -> dtype != null;
            case "shape" -> shape != null;
            case "data_offsets" -> offsets != null;
            default -> throw bad(whatItIs, tensor + "has an unknown field " + field);
          };
      if (twice) {
        throw bad(whatItIs, tensor + field + " is there twice");
      }
      switch (field) {
        case "dtype" -> dtype = readDtype(json, tensor, whatItIs);
        case "shape" -> shape = readLongs(json, tensor + field, whatItIs);
        default -> offsets = readLongs(json, tensor + field, whatItIs);
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw bad(whatItIs, tensor + "needs dtype, shape and data_offsets");
    }
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw bad(
          whatItIs, tensor + "data_offsets must be [begin, end], are " + Arrays.toString(offsets));
    }
    checkSize(dtype, shape, offsets[1] - offsets[0], tensor, whatItIs);
    return new Entry(dtype, shape, offsets[0], offsets[1]);
  }

  private static void checkSize(
      Dtype dtype, long[] shape, long bytes, String tensor, String whatItIs) {
    long expected;
    try {
      expected = Tensor.byteSize(dtype, shape);
    } catch (ArithmeticException e) {
      throw bad(
          whatItIs,
          tensor + "shape " + Arrays.toString(shape) + " has more bytes than 64 bits can count");
    }
    if (expected != bytes) {
      throw bad(
          whatItIs,
          tensor
              + Text.of(
                  "shape %s of %s takes %d bytes, data_offsets span %d",
                  Arrays.toString(shape), dtype, expected, bytes));
    }
  }

  private static Dtype readDtype(JsonParser json, String tensor, String whatItIs)
      throws IOException {
    require(json, JsonToken.VALUE_STRING, tensor + "dtype must be a string", whatItIs);
    String text = json.getText();
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(text)) {
        return dtype;
      }
    }
    throw bad(
        whatItIs, tensor + "dtype " + text + " is not one of " + Arrays.toString(Dtype.values()));
  }

  private static long[] readLongs(JsonParser json, String field, String whatItIs)
      throws IOException {
    String need = field + " must be an array of integers from 0 to 2^63-1";
    require(json, JsonToken.START_ARRAY, need, whatItIs);
    List<Long> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(json, JsonToken.VALUE_NUMBER_INT, need, whatItIs);
      if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER || json.getLongValue() < 0) {
        throw bad(whatItIs, need + ", holds " + json.getText());
      }
      if (values.size() == MAX_RANK) {
        throw bad(whatItIs, field + " has more than " + MAX_RANK + " numbers");
      }
      values.add(json.getLongValue());
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static void require(JsonParser json, JsonToken token, String need, String whatItIs) {
    if (json.currentToken() != token) {
      throw bad(whatItIs, need);
    }
  }

  /** Sorts by position; the tensors must cover the data without holes, overlap or rest. */
  private SafetensorsHeader inOrder(long dataSize, String whatItIs) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    Map<String, Entry> ordered = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, Entry> tensor : sorted) {
      long begin = tensor.getValue().begin();
      if (begin != end) {
        throw bad(
            whatItIs,
            Text.of(
                "tensor %s: begins at %d, %s the end %d of the tensor before it",
                tensor.getKey(), begin, begin < end ? "overlapping" : "after", end));
      }
      end = tensor.getValue().end();
      ordered.put(tensor.getKey(), tensor.getValue());
    }
    if (end != dataSize) {
      throw bad(
          whatItIs,
          Text.of(
              "has %d bytes of data, its tensors take %d%s",
              dataSize, end, dataSize < end ? ": it is cut short; download it again" : ""));
    }
    return new SafetensorsHeader(ordered, metadata, dataStart);
  }

  private static DataException bad(String whatItIs, String why) {
    return new DataException(whatItIs + " " + why + ".");
  }
}
