package io.accelerant.core.lm.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JavadocTest {
  private static final String SOURCE =
      """
      package a;
      /**
       * A class. With a sentence.
       */
      public final class Text {
        /** A field. */
        private int size = count(3);

        /**
         * Pads {@code a<b>} to a length, e.g. with
         * {@link #SPACE} or {@linkplain Other#mark(int) a mark}. More of it.
         *
         * <p>A paragraph &amp; more.
         *
         * @param text the text
         * @return it, padded
         */
        @SuppressWarnings({"a(", "b"})
        @Deprecated
        public static <T> String pad(
            String text, final int length) throws IOException {
          String glob = "a/**/b";
          return text;
        }

        /** Makes one. */
        Text(int size) {}

        /** Gone! */
        abstract void gone();

        String undocumented(int a) { return ""; }

        /** Kinds. */
        enum Kind {
          /** The first. */
          ONE(1),
          /** The last. */
          TWO("a b c");
        }
      }
      """;

  @Test
  void methodsAndConstructorsAreFoundWithTheirFirstSentence() {
    assertThat(Javadoc.of(SOURCE))
        .extracting(Javadoc::signature)
        .containsExactly(
            "public static <T> String pad( String text, final int length) throws IOException",
            "Text(int size)",
            "abstract void gone()");
    assertThat(Javadoc.of(SOURCE))
        .extracting(Javadoc::sentence)
        .containsExactly(
            "Pads a<b> to a length, e.g. with SPACE or a mark.", "Makes one.", "Gone!");
    assertThat(Javadoc.of(SOURCE).get(0).description()).endsWith("More of it. A paragraph & more.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Returns the {@literal <} sign. | Returns the < sign.",
        "No period <p>Another. | No period",
        "{@inheritDoc} | ''",
        "Version 1.5 of it. More. | Version 1.5 of it.",
        "Is it (null ? a : b) so. More. | Is it (null ? a : b) so.",
        "Sees {@link List#get(int)}. | Sees List.get(int)."
      })
  void theFirstSentenceHasNoTags(String comment, String sentence) {
    String source = "/** " + comment + " */\nvoid a() {}";
    assertThat(Javadoc.of(source).get(0).sentence()).isEqualTo(sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/** open",
        "/** open */",
        "/** open */ void a(",
        "/** open */ @A(",
        "/**/ void a() {}",
        "  x = \"/** no */ void a() {}\";"
      })
  void whatIsNoDocumentedMethodIsPassedOver(String source) {
    assertThat(Javadoc.of(source)).isEmpty();
  }
}
