package io.accelerant.core.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One configuration key: path, type, default, range and documentation. Immutable; the {@code
 * with}-like methods return a changed copy. A key without a default is required unless it is {@link
 * #optional()}.
 *
 * @param <T> Java type of the value
 */
public final class Key<T> {
  private final String path;
  private final KeyType<T> type;
  private final T defaultValue;
  private final boolean required;
  private final boolean operational;
  private final String doc;
  private final double min;
  private final double max;
  private final List<String> choices;

  private Key(
      String path,
      KeyType<T> type,
      T defaultValue,
      boolean required,
      boolean operational,
      String doc,
      double min,
      double max,
      List<String> choices) {
    this.path = path;
    this.type = type;
    this.defaultValue = defaultValue;
    this.required = required;
    this.operational = operational;
    this.doc = doc;
    this.min = min;
    this.max = max;
    this.choices = choices;
  }

  private static <T> Key<T> of(String path, KeyType<T> type, String doc) {
    return new Key<>(
        path,
        type,
        null,
        true,
        false,
        doc,
        Double.NEGATIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        List.of());
  }

  public static Key<String> string(String path, String doc) {
    return of(path, KeyType.STRING, doc);
  }

  public static Key<Integer> integer(String path, String doc) {
    return of(path, KeyType.INTEGER, doc);
  }

  public static Key<Long> longInteger(String path, String doc) {
    return of(path, KeyType.LONG, doc);
  }

  public static Key<Double> number(String path, String doc) {
    return of(path, KeyType.NUMBER, doc);
  }

  public static Key<Boolean> bool(String path, String doc) {
    return of(path, KeyType.BOOLEAN, doc);
  }

  /** A list of strings; a single string is taken as a list of one. */
  public static Key<List<String>> strings(String path, String doc) {
    return of(path, KeyType.STRINGS, doc);
  }

  /** A list of integers; a single integer is taken as a list of one. */
  public static Key<List<Integer>> integers(String path, String doc) {
    return of(path, KeyType.INTEGERS, doc);
  }

  /** A list of 64-bit integers; a single one is taken as a list of one. */
  public static Key<List<Long>> longs(String path, String doc) {
    return of(path, KeyType.LONGS, doc);
  }

  /** A list of numbers; a single number is taken as a list of one. */
  public static Key<List<Double>> numbers(String path, String doc) {
    return of(path, KeyType.NUMBERS, doc);
  }

  /** A list of objects, as nested maps. */
  public static Key<List<Map<String, Object>>> objects(String path, String doc) {
    return of(path, KeyType.OBJECTS, doc);
  }

  public Key<T> withDefault(T value) {
    return new Key<>(path, type, value, false, operational, doc, min, max, choices);
  }

  /** Neither required nor defaulted: read it by {@link JobConfig#find}. */
  public Key<T> optional() {
    return new Key<>(path, type, null, false, operational, doc, min, max, choices);
  }

  /**
   * Says where or how fast a job runs, not what it computes: no part of {@link
   * JobConfig#identity()}.
   */
  public Key<T> operational() {
    return new Key<>(path, type, defaultValue, required, true, doc, min, max, choices);
  }

  /** Bounds, both inclusive, for the number or for every number of a list. */
  public Key<T> between(double low, double high) {
    return new Key<>(path, type, defaultValue, required, operational, doc, low, high, choices);
  }

  public Key<T> atLeast(double low) {
    return between(low, max);
  }

  /** The only valid strings, for the value or for every element of a list. */
  public Key<T> oneOf(String... valid) {
    return new Key<>(
        path, type, defaultValue, required, operational, doc, min, max, List.of(valid));
  }

  /**
   * As {@link #oneOf(String...)}, with the lower-case, dash-separated names of an enum's constants.
   */
  public Key<T> oneOf(Class<? extends Enum<?>> constants) {
    return oneOf(
        Arrays.stream(constants.getEnumConstants())
            .map(e -> e.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
            .toArray(String[]::new));
  }

  public String path() {
    return path;
  }

  /** What a valid value is, such as {@code a whole number, at least 1}. */
  public String expected() {
    if (!choices.isEmpty()) {
      return (type.isList() ? "a list out of " : "one of ") + String.join(", ", choices);
    }
    boolean bounded = min != Double.NEGATIVE_INFINITY || max != Double.POSITIVE_INFINITY;
    return type.name() + (bounded ? ", " + range() : "");
  }

  public String doc() {
    return doc;
  }

  public Optional<T> defaultValue() {
    return Optional.ofNullable(defaultValue);
  }

  public boolean isRequired() {
    return required;
  }

  public boolean isOperational() {
    return operational;
  }

  KeyType<T> type() {
    return type;
  }

  /** The reason why the value is not acceptable, or empty. */
  Optional<String> violation(T value) {
    for (Object element : value instanceof List<?> list ? list : List.of(value)) {
      if (element instanceof Number number
          && !(number.doubleValue() >= min && number.doubleValue() <= max)) {
        return Optional.of("must be " + range() + ", is " + number);
      }
      if (!choices.isEmpty() && !choices.contains(String.valueOf(element))) {
        return Optional.of(
            "must be one of " + String.join(", ", choices) + ", is \"" + element + "\"");
      }
    }
    return Optional.empty();
  }

  private String range() {
    if (max == Double.POSITIVE_INFINITY) {
      return "at least " + plain(min);
    }
    return min == Double.NEGATIVE_INFINITY
        ? "at most " + plain(max)
        : "between " + plain(min) + " and " + plain(max);
  }

  private static String plain(double bound) {
    return bound == Math.rint(bound) && Math.abs(bound) < 1e15
        ? Long.toString((long) bound)
        : Double.toString(bound);
  }

  @Override
  public String toString() {
    return path + ": " + type.name();
  }
}
