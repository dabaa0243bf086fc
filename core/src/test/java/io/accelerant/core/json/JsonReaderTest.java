package io.accelerant.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class JsonReaderTest {
  private static final JsonReader READER =
      JsonReader.of(
          CanonicalJson.readObject(
              "{\"text\":\"a\",\"whole\":3,\"big\":5000000000,\"part\":0.5,\"truth\":true,"
                  + "\"list\":[1,2.5,\"x\"],\"object\":{\"inner\":{\"text\":1}},\"null\":null}",
              "file"),
          "file",
          DataException::new);

  @Test
  void fieldsHaveTheirTypes() {
    assertThat(READER.text("text")).isEqualTo("a");
    assertThat(READER.whole("whole")).isEqualTo(3);
    assertThat(READER.wholeLong("big", "")).isEqualTo(5_000_000_000L);
    assertThat(READER.number("part")).isEqualTo(.5);
    assertThat(READER.truth("truth")).isTrue();
  }

  @Test
  void anotherTypeIsRefusedByNameExpectationAndValue() {
    refused(() -> READER.text("whole"), "file: whole must be a text, is 3.");
    refused(() -> READER.text("nothing"), "file: nothing must be a text, is missing.");
    refused(() -> READER.text("null"), "file: null must be a text, is missing.");
    refused(() -> READER.whole("part"), "file: part must be a whole number, is 0.5.");
    refused(
        () -> READER.wholeLong("part", "a whole number of 64 bits"),
        "file: part must be a whole number of 64 bits, is 0.5.");
    refused(() -> READER.truth("text"), "file: text must be true or false, is a.");
    refused(() -> READER.numbers("list"), "file: list[2] must be a number, is x.");
    refused(() -> READER.numbers("text"), "file: text must be a list of numbers, is a.");
  }

  @Test
  void innerObjectsAreNamedByTheirPath() {
    refused(
        () -> READER.inner("object").inner("inner").text("text"),
        "file: object: inner: text must be a text, is 1.");
    refused(
        () -> READER.block("object").inner("inner").text("text"),
        "file: object.inner.text must be a text, is 1.");
    refused(() -> READER.inner("list"), "file: list must be an object, is [1, 2.5, x].");
  }

  @Test
  void onlyKnownFieldsAndValuesPass() {
    READER.only("text", "a");
    refused(() -> READER.only("text", "b"), "file: text must be b, is a.");
    refused(
        () -> READER.inner("object").refuseOthers(Set.of("outer"), "is not known"),
        "file: object: inner is not known.");
    READER.inner("object").refuseOthers(Set.of("outer", "inner"), "is not known");
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(DataException.class).hasMessage(message);
  }
}
