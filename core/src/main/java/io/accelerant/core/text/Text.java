package io.accelerant.core.text;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * Text with numbers in it, the same under every locale: programs read it, files are named by it.
 */
public final class Text {
  private Text() {}

  /** As {@link String#format(Locale, String, Object...)}, with ASCII digits and a decimal point. */
  public static String of(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** A number as people write it: {@code 1}, {@code 7.5}. */
  public static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
