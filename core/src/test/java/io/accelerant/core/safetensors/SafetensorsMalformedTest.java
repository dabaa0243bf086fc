package io.accelerant.core.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsMalformedTest {
  /** A file with this header, padded, and this many data bytes. */
  private static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  private static byte[] file(byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  private static void refused(byte[] file, String message) {
    assertThatThrownBy(() -> SafetensorsFile.of(file, "m.safetensors"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("m.safetensors ")
        .hasMessageContaining(message);
  }

  private static final String TENSOR = "{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";

  @Test
  void theBaseOfTheTableIsValid() {
    String header = ("{'a':" + TENSOR + "}").replace('\'', '"');
    assertThat(SafetensorsFile.of(file(header, 8), "x").names()).containsExactly("a");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "[]|does not start with {",
        "{|not valid JSON",
        "{} {}|something after the JSON",
        "{}x|not valid JSON",
        "{'a':@,'a':@}|two tensors named a",
        "{'a':1}|tensor a: must be an object",
        "{'a':null}|tensor a: must be an object",
        "{'a':[]}|tensor a: must be an object",
        "{'a':{}}|tensor a: needs dtype, shape and data_offsets",
        "{'a':{'dtype':'F32','shape':[2]}}|tensor a: needs dtype, shape and data_offsets",
        "{'a':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}}|dtype is there twice",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}}|tensor a: has an unknown"
            + " field x",
        "{'a':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}}|dtype F31 is not one of",
        "{'a':{'dtype':3,'shape':[2],'data_offsets':[0,8]}}|dtype must be a string",
        "{'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}}|tensor a: shape must be an array",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}|tensor a: shape must be an array",
        "{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}}|tensor a: shape must be an array",
        "{'a':{'dtype':'F32','shape':[[2]],'data_offsets':[0,8]}}|tensor a: shape must be an array",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}|holds -2",
        "{'a':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,8]}}|holds"
            + " 9223372036854775808",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}|shape [3] of F32 takes 12 bytes,"
            + " data_offsets span 8",
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,0]}}|more bytes than"
            + " 64 bits",
        "{'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,0]}}|more bytes than"
            + " 64 bits",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}}|data_offsets must be [begin, end]",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,9]}}|data_offsets must be [begin,"
            + " end]",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}|data_offsets must be [begin, end],"
            + " are [8, 0]",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}|data_offsets must be an array",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|tensor a: begins at 4, after the"
            + " end 0",
        "{'a':@,'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|tensor b: begins at 4,"
            + " overlapping the end 8",
        "{'a':@,'b':@}|begins at 0, overlapping the end 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|has 8 bytes of data, its tensors"
            + " take 4",
        "{'a':{'dtype':'F32','shape':[1000000000000],'data_offsets':[0,4000000000000]}}|has 8 bytes"
            + " of data, its tensors take 4000000000000",
        "{}|has 8 bytes of data, its tensors take 0",
        "{'__metadata__':[],'a':@}|__metadata__ must be an object",
        "{'__metadata__':{'k':1},'a':@}|__metadata__.k must be a string",
        "{'__metadata__':{'k':'1','k':'2'},'a':@}|__metadata__.k twice",
        "{'__metadata__':{},'__metadata__':{},'a':@}|__metadata__ twice",
        "{'a':{'dtype':{'x':{'y':{}}},'shape':[2],'data_offsets':[0,8]}}|dtype must be a string",
        "{'a':{'dtype':'F32','shape':[1e999],'data_offsets':[0,8]}}|shape must be an array",
      })
  void malformedHeadersAreRefused(String header, String message) {
    refused(file(header.replace("@", TENSOR).replace('\'', '"'), 8), message);
  }

  @Test
  void lengthsThatLieAreRefusedBeforeAnythingIsAllocated() {
    refused(new byte[0], "has 0 bytes");
    refused(new byte[7], "has 7 bytes");
    refused(new byte[8], "does not start with {");
    byte[] file = file("{}", 0);
    ByteBuffer view = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    refused(view.putLong(0, 3).array(), "states a header of 3 bytes, but only 2 follow");
    refused(view.putLong(0, 100_000_000).array(), "but only 2 follow");
    refused(view.putLong(0, 100_000_001).array(), "at most 100000000 are allowed");
    refused(view.putLong(0, -1).array(), "states a header of 18446744073709551615 bytes");
    refused(view.putLong(0, Long.MIN_VALUE).array(), "states a header of 9223372036854775808");
  }

  @Test
  void wrongEncodingsRanksAndDepthsAreRefused() {
    byte[] latin1 = "{\"\u00e4\":{}}".getBytes(StandardCharsets.ISO_8859_1);
    refused(file(latin1, 0), "not UTF-8");
    refused(file(" {}", 0), "does not start with {");
    byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
    refused(file(utf16, 0), "not valid JSON");
    String ranks = "1,".repeat(70);
    refused(
        file(
            Text.of("{\"a\":{\"dtype\":\"U8\",\"shape\":[%s1],\"data_offsets\":[0,1]}}", ranks), 1),
        "shape has more than 64 numbers");
    refused(file("{\"a\":" + "[".repeat(100_000), 0), "must be an object");
    refused(file("{\"__metadata__\":{\"k\":" + "{\"a\":".repeat(100_000), 0), "must be a string");
    refused(file("{\"a\":{\"shape\":[" + "9".repeat(5000) + "]}}", 0), "not valid JSON");
  }

  @Test
  void trailingBytesAreRefused() throws IOException {
    byte[] golden = golden();
    refused(Arrays.copyOf(golden, golden.length + 1), "has 79 bytes of data, its tensors take 78");
    refused(Arrays.copyOf(golden, golden.length - 1), "has 77 bytes of data, its tensors take 78");
  }

  private static byte[] golden() throws IOException {
    try (InputStream in =
        SafetensorsMalformedTest.class.getResourceAsStream("/safetensors/all_types.safetensors")) {
      return in.readAllBytes();
    }
  }

  /**
   * Random damage to a valid file: whatever happens is either a valid file or a DataException, and
   * the memory taken stays in proportion to the file, whatever sizes it states.
   */
  @Test
  void damagedFilesNeverThrowAnythingElseNorTakeMuchMemory() throws IOException {
    byte[] valid = golden();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Random random = new Random(20260722);
    int refused = 0;
    long most = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = damage(valid, random);
      long before = threads.getCurrentThreadAllocatedBytes();
      try (SafetensorsFile file = SafetensorsFile.of(damaged, "fuzz")) {
        for (Tensor tensor : file.tensors()) {
          if (tensor.dtype() == Dtype.F16) {
            tensor.toFloats();
          }
        }
      } catch (DataException e) {
        refused++;
      }
      if (i > 1000) { // class loading is over
        most = Math.max(most, threads.getCurrentThreadAllocatedBytes() - before);
      }
    }
    assertThat(refused).isGreaterThan(10_000);
    assertThat(most).isLessThan(400L * valid.length);
  }

  private static byte[] damage(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    int header = ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getInt();
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      int at = random.nextInt(8 + header);
      switch (random.nextInt(7)) {
        case 0 -> bytes[at % bytes.length] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at % bytes.length] = (byte) random.nextInt(256);
        case 2 -> bytes[at % bytes.length] = (byte) "{}[]\",:0919-.eE".charAt(random.nextInt(15));
        case 3 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        case 4 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(20));
        case 5 -> bytes = splice(bytes, random);
        default -> {
          if (bytes.length >= 8) {
            ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, random.nextLong() >> random.nextInt(64));
          }
        }
      }
      if (bytes.length == 0) {
        return bytes;
      }
    }
    return bytes;
  }

  /** Copies a run of bytes over another place. */
  private static byte[] splice(byte[] bytes, Random random) {
    int length = Math.min(bytes.length, 1 + random.nextInt(60));
    int from = random.nextInt(bytes.length - length + 1);
    int to = random.nextInt(bytes.length - length + 1);
    byte[] copy = bytes.clone();
    System.arraycopy(bytes, from, copy, to, length);
    return copy;
  }

  @Test
  void metadataMayHoldAnyText() {
    String header = "{\"__metadata__\":{\"\":\"\",\"dtype\":\"\\u0000\\ud83d\\ude00\"}}";
    assertThat(SafetensorsFile.of(file(header, 0), "x").metadata())
        .isEqualTo(Map.of("", "", "dtype", "\u0000\ud83d\ude00"));
  }
}
