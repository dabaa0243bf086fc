package io.accelerant.distill.decode;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A number or a word that a rule is made of.
 *
 * @param name as in configurations
 * @param least smallest number
 * @param most largest number
 * @param standard the number if none is given
 * @param whole whether a number has no fraction
 * @param words that it may be, the one if none is given first; empty for a number
 */
public record RuleParameter(
    String name,
    String meaning,
    double least,
    double most,
    double standard,
    boolean whole,
    List<String> words) {
  static RuleParameter number(
      String name, String meaning, double least, double most, double standard) {
    return new RuleParameter(name, meaning, least, most, standard, false, List.of());
  }

  static RuleParameter whole(String name, String meaning, int least, int standard) {
    return new RuleParameter(name, meaning, least, Integer.MAX_VALUE, standard, true, List.of());
  }

  /** One of the constants of an enum, in lower case. */
  static <E extends Enum<E>> RuleParameter word(String name, String meaning, E standard) {
    List<String> words =
        Stream.concat(
                Stream.of(standard), Arrays.stream(standard.getDeclaringClass().getEnumConstants()))
            .distinct()
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toList();
    return new RuleParameter(name, meaning, 0, 0, 0, false, words);
  }

  public boolean isWord() {
    return !words.isEmpty();
  }

  boolean allows(double number) {
    return !isWord()
        && number >= least
        && number <= most
        && (!whole || number == StrictMath.rint(number));
  }

  /** What it may be, as messages say it. */
  public String range() {
    if (isWord()) {
      return "one of " + String.join(", ", words);
    }
    String kind = whole ? "a whole number" : "a number";
    return most >= Integer.MAX_VALUE
        ? kind + ", " + plain(least) + " or more"
        : kind + " from " + plain(least) + " to " + plain(most);
  }

  private static String plain(double number) {
    return number == StrictMath.rint(number) ? Long.toString((long) number) : "" + number;
  }
}
