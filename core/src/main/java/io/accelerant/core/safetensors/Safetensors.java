package io.accelerant.core.safetensors;

import io.accelerant.core.json.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Writes safetensors, byte for byte as the Python library lays them out: wide types first, then by
 * name, the header padded with spaces to a multiple of 8. The same tensors give the same bytes.
 *
 * @see SafetensorsFile
 */
public final class Safetensors {
  private Safetensors() {}

  /** The bytes of a file. */
  public static byte[] bytes(Collection<Tensor> tensors, Map<String, String> metadata) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(out, tensors, metadata);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Writes a file; leaves the stream open.
   *
   * @param metadata free texts, such as {@code format: pt}, without which Python's transformers
   *     refuse a file
   */
  public static void write(
      OutputStream out, Collection<Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    writeEach(
        out,
        tensors.stream().map(t -> new Entry(t.name(), t.dtype(), t.shape(), () -> t)).toList(),
        metadata);
  }

  /**
   * A tensor that is made when it is written.
   *
   * @param tensor gives it, of this name, type and shape
   */
  public record Entry(String name, Dtype dtype, long[] shape, Supplier<Tensor> tensor) {}

  /** As {@link #write}, of tensors of which only one is there at a time. */
  public static void writeEach(
      OutputStream out, Collection<Entry> tensors, Map<String, String> metadata)
      throws IOException {
    List<Entry> sorted = new ArrayList<>(tensors);
    sorted.sort(
        Comparator.comparing(Entry::dtype)
            .thenComparing(t -> t.name().getBytes(StandardCharsets.UTF_8), Safetensors::compare));
    byte[] header = header(sorted, metadata);
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.write(header);
    byte[] chunk = new byte[1 << 16];
    for (Entry entry : sorted) {
      Tensor tensor = entry.tensor().get();
      if (Tensor.byteSize(entry.dtype(), entry.shape()) != tensor.data().remaining()) {
        throw new IllegalArgumentException("tensor " + entry.name() + " is not what it was to be");
      }
      for (ByteBuffer data = tensor.data(); data.hasRemaining(); ) {
        int n = Math.min(chunk.length, data.remaining());
        data.get(chunk, 0, n);
        out.write(chunk, 0, n);
      }
    }
  }

  /** Order of code points, not of UTF-16 units. */
  private static int compare(byte[] a, byte[] b) {
    return java.util.Arrays.compareUnsigned(a, b);
  }

  private static byte[] header(List<Entry> sorted, Map<String, String> metadata) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(SafetensorsHeader.METADATA, new TreeMap<>(metadata));
    }
    long end = 0;
    for (Entry tensor : sorted) {
      long begin = end;
      end += Tensor.byteSize(tensor.dtype(), tensor.shape());
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", tensor.dtype().name());
      entry.put("shape", tensor.shape());
      entry.put("data_offsets", new long[] {begin, end});
      if (tensor.name().equals(SafetensorsHeader.METADATA)
          || header.put(tensor.name(), entry) != null) {
        throw new IllegalArgumentException("tensor name \"" + tensor.name() + "\" is taken");
      }
    }
    String json = CanonicalJson.write(header);
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    return (json + " ".repeat(Math.floorMod(-length, 8))).getBytes(StandardCharsets.UTF_8);
  }
}
