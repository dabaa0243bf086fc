package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.Locale;
import java.util.Scanner;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule turns red on each of these, and on nothing that is given a locale. */
class LocaleRuleTest {
  @ParameterizedTest
  @ValueSource(
      classes = {
        Formats.class,
        Formatted.class,
        Lowers.class,
        LowersByReference.class,
        Prints.class,
        FormatsNumbers.class,
        FormatsNumbersByPattern.class,
        FormatsDates.class,
        FormatsTimes.class,
        HasAFormatter.class,
        Scans.class
      })
  void theDefaultLocaleIsFound(Class<?> type) {
    assertThat(isBroken(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(classes = {NamesALocale.class})
  void aNamedLocaleIsNot(Class<?> type) {
    assertThat(isBroken(type)).isFalse();
  }

  private static boolean isBroken(Class<?> type) {
    return LocaleRule.namesALocale()
        .evaluate(new ClassFileImporter().importClasses(type))
        .hasViolation();
  }

  private interface Formats {
    default String text() {
      return String.format("%d", 1);
    }
  }

  private interface Formatted {
    default String text() {
      return "%d".formatted(1);
    }
  }

  private interface Lowers {
    default String text(String word) {
      return word.toLowerCase();
    }
  }

  private interface LowersByReference {
    default UnaryOperator<String> text() {
      return String::toUpperCase;
    }
  }

  private interface Prints {
    default void text() {
      System.err.printf("%d", 1);
    }
  }

  private interface FormatsNumbers {
    default String text() {
      return NumberFormat.getInstance().format(1);
    }
  }

  private interface FormatsNumbersByPattern {
    default String text() {
      return new DecimalFormat("0.0").format(1);
    }
  }

  private interface FormatsDates {
    default String text() {
      return new SimpleDateFormat("yyyy").format(0);
    }
  }

  private interface FormatsTimes {
    default Object text() {
      return DateTimeFormatter.ofPattern("yyyy");
    }
  }

  private interface HasAFormatter {
    default Object text() {
      return new Formatter(new StringBuilder());
    }
  }

  private interface Scans {
    default Object text() {
      return new Scanner("1");
    }
  }

  private interface NamesALocale {
    default String text(String word) {
      return String.format(Locale.ROOT, "%d", 1)
          + word.toLowerCase(Locale.ROOT)
          + NumberFormat.getInstance(Locale.ROOT).format(1)
          + DateTimeFormatter.ofPattern("yyyy", Locale.ROOT)
          + word.strip();
    }
  }
}
