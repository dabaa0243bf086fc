package io.accelerant.core.lm.task;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The last decimal number of a text. */
final class LastNumber {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(?:\\.[0-9]+)?");

  private LastNumber() {}

  /** Whether both texts have a last number, and the two have one value. */
  static boolean agrees(String expected, String answer) {
    BigDecimal wanted = of(expected);
    BigDecimal found = of(answer);
    return wanted != null && found != null && wanted.compareTo(found) == 0;
  }

  private static BigDecimal of(String text) {
    Matcher numbers = NUMBER.matcher(text);
    String last = null;
    while (numbers.find()) {
      last = numbers.group();
    }
    return last == null ? null : new BigDecimal(last);
  }
}
