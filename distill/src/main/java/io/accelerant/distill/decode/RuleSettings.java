package io.accelerant.distill.decode;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is said of the parameters of a rule, by name.
 *
 * @param numbers of those that are numbers
 * @param words of the others
 */
public record RuleSettings(SortedMap<String, Double> numbers, SortedMap<String, String> words)
    implements Serializable {
  /** Says nothing: all parameters are what they are without. */
  public static final RuleSettings NONE = new RuleSettings(new TreeMap<>(), new TreeMap<>());

  public RuleSettings {
    numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
    words = Collections.unmodifiableSortedMap(new TreeMap<>(words));
  }

  /** With one number more, or another one. */
  public RuleSettings with(String name, double number) {
    SortedMap<String, Double> more = new TreeMap<>(numbers);
    more.put(name, number);
    return new RuleSettings(more, words);
  }

  /** With one word more, or another one. */
  public RuleSettings with(String name, String word) {
    SortedMap<String, String> more = new TreeMap<>(words);
    more.put(name, word);
    return new RuleSettings(numbers, more);
  }
}
