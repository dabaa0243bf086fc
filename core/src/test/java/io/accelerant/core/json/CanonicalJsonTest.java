package io.accelerant.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalJsonTest {
  @ParameterizedTest
  @CsvSource({
    "0.1, 0.10000000000000001",
    "8, 8.0",
    "-8.5, -8.5",
    "0, 0.0",
    "-0.0, -0.0",
    "0.3333333333333333, 0.33333333333333331",
    "2e-3, 0.002",
    "1e-5, 0.000010000000000000001",
    "1e-6, 9.9999999999999995e-7",
    "1e16, 10000000000000000.0",
    "1e17, 1e17",
    "2e-44, 1.9999999999999999e-44",
    "1.7976931348623157e308, 1.7976931348623157e308",
    "4.9e-324, 4.9406564584124654e-324",
    "123456789.123, 123456789.123"
  })
  void doublesHaveSeventeenDigits(double value, String text) {
    assertThat(CanonicalJson.write(value)).isEqualTo(text);
  }

  @Property(tries = 2000)
  void everyFiniteDoubleReadsBackToTheSameBitsAndStaysADouble(@ForAll long bits) {
    double value = Double.longBitsToDouble(bits);
    if (Double.isFinite(value)) {
      Object back =
          CanonicalJson.readObject(CanonicalJson.write(Map.of("x", value)), "test").get("x");
      assertThat(back).isInstanceOf(Double.class);
      assertThat(Double.doubleToRawLongBits((Double) back)).isEqualTo(bits);
    }
  }

  @Test
  void keysKeepInsertionOrderUnlessSorted() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("b", 1);
    map.put("a", List.of(Map.of("y", 2L)));
    assertThat(CanonicalJson.write(map)).isEqualTo("{\"b\":1,\"a\":[{\"y\":2}]}");
    assertThat(CanonicalJson.writeSorted(map)).isEqualTo("{\"a\":[{\"y\":2}],\"b\":1}");
  }

  @Test
  void arraysOfAnyKindArePlainNestedLists() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("d", new double[][] {{1, 2}, {}});
    map.put("i", new int[] {1, 2});
    map.put("s", new String[] {"\u00e4\"\n"});
    map.put("n", null);
    map.put("t", true);
    map.put("f", 0.1f);
    map.put("big", BigInteger.TEN.pow(30));
    assertThat(CanonicalJson.write(map))
        .isEqualTo(
            "{\"d\":[[1.0,2.0],[]],\"i\":[1,2],\"s\":[\"\u00e4\\\"\\n\"],\"n\":null,\"t\":true,"
                + "\"f\":0.10000000149011612,\"big\":1000000000000000000000000000000}");
  }

  @Test
  void prettyFormHasArraysOnOneLine() {
    assertThat(CanonicalJson.writePretty(Map.of("a", Map.of("b", new int[] {1, 2}))))
        .isEqualTo("{\n  \"a\" : {\n    \"b\" : [ 1, 2 ]\n  }\n}\n");
  }

  @Test
  void nanIsRefusedByPath() {
    Map<String, Object> map = Map.of("metrics", Map.of("loss", Arrays.asList(1.0, Double.NaN)));
    assertThatThrownBy(() -> CanonicalJson.write(map))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("\"metrics.loss[1]\" is NaN");
    assertThatThrownBy(() -> CanonicalJson.write(new float[] {Float.POSITIVE_INFINITY}))
        .hasMessageContaining("\"[0]\" is Infinity");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "[1]|file must hold one JSON object",
        "{\"a\":1,\"a\":2}|Duplicate field 'a'",
        "{\"a\":1} x|file is not valid JSON (line 1, column 9)",
        "{\"a\":1}{}|file is not valid JSON",
        "{\"a\":NaN}|file is not valid JSON",
        "{\"a\":[0,1e999]}|file: a[1] is out of the range of a double",
        "{'a':1}|file is not valid JSON",
        "{\"a\":|file is not valid JSON"
      })
  void malformedTextIsRefused(String json, String message) {
    assertThatThrownBy(() -> CanonicalJson.readObject(json, "file"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void emptyDeepAndWronglyEncodedInputIsRefused() {
    assertThatThrownBy(() -> CanonicalJson.readObject(new byte[0], "file"))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(
            () -> CanonicalJson.readObject("{\"a\":".repeat(5000) + "1" + "}".repeat(5000), "file"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nesting depth");
    byte[] latin1 = "{\"a\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> CanonicalJson.readObject(latin1, "file"))
        .isInstanceOf(DataException.class)
        .hasMessage("file is not UTF-8 text.");
    assertThatThrownBy(
            () -> CanonicalJson.readObject("{}".getBytes(StandardCharsets.UTF_16), "file"))
        .isInstanceOf(DataException.class);
  }

  @Test
  void hashesAreThoseOfTheStandard() {
    assertThat(CanonicalJson.sha256("abc".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(CanonicalJson.sha256Of(Map.of("b", 1, "a", 2)))
        .isEqualTo(CanonicalJson.sha256("{\"a\":2,\"b\":1}".getBytes(StandardCharsets.UTF_8)));
  }
}
