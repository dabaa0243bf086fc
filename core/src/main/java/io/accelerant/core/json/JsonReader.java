package io.accelerant.core.json;

import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Strict reading of a JSON object that somebody else may have written: a field is there and of its
 * type, or the error names the file, the path of the field, what it must be and what it is.
 *
 * @param fields as {@link CanonicalJson} reads them
 * @param where name of the file and path of the object, for errors
 * @param separator what stands between {@code where} and the name of a field
 * @param error makes an error of a message
 */
public record JsonReader(
    Map<String, Object> fields,
    String where,
    String separator,
    Function<String, ? extends RuntimeException> error) {

  /** An object whose errors read {@code <where>: <field> must be ..}. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  public static JsonReader of(
      Map<?, ?> fields, String where, Function<String, ? extends RuntimeException> error) {
    return new JsonReader((Map<String, Object>) fields, where, ": ", error);
  }

  /** The object under a name; its fields are {@code <where>: <name>: <field>}. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  public JsonReader inner(String name) {
    return new JsonReader(
        typed(name, Map.class, "an object"), where + separator + name, separator, error);
  }

  /** As {@link #inner}, its fields are {@code <where>: <name>.<field>}. */
  public JsonReader block(String name) {
    return new JsonReader(inner(name).fields, where + separator + name, ".", error);
  }

  /** An error about a field; {@code why} goes on after its name. */
  public RuntimeException wrong(String name, String why) {
    return error.apply(Text.of("%s%s%s %s.", where, separator, name, why));
  }

  /** The error of a field that is not what it must be. */
  public RuntimeException expected(String name, Object what) {
    Object found = fields.get(name);
    return wrong(name, Text.of("must be %s, is %s", what, found == null ? "missing" : found));
  }

  /** Refuses a field that is none of these; {@code why} goes on after its name. */
  public void refuseOthers(Set<String> known, String why) {
    TreeSet<String> unknown = new TreeSet<>(fields.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw wrong(unknown.first(), why);
    }
  }

  /** Refuses all but the one value that is known here. */
  public void only(String name, Object value) {
    if (!value.equals(fields.get(name))) {
      throw expected(name, value);
    }
  }

  /** Whether there is such a field, and not null. */
  public boolean has(String name) {
    return fields.get(name) != null;
  }

  /**
   * @param what the type as errors name it
   */
  public <T> T typed(String name, Class<T> type, String what) {
    Object value = fields.get(name);
    if (!type.isInstance(value)) {
      throw expected(name, what);
    }
    return type.cast(value);
  }

  public String text(String name) {
    return typed(name, String.class, "a text");
  }

  public boolean truth(String name) {
    return typed(name, Boolean.class, "true or false");
  }

  /** A whole number of 32 bits. */
  public int whole(String name) {
    return typed(name, Integer.class, "a whole number");
  }

  /**
   * A whole number of 64 bits.
   *
   * @param what the type as errors name it
   */
  public long wholeLong(String name, String what) {
    Number value = typed(name, Number.class, "a number");
    if (!(value instanceof Integer || value instanceof Long)) {
      throw expected(name, what);
    }
    return value.longValue();
  }

  /** Whole numbers of 32 bits. */
  public List<Integer> wholes(String name) {
    return list(name, Integer.class, "a list of whole numbers");
  }

  public List<String> texts(String name) {
    return list(name, String.class, "a list of texts");
  }

  private <T> List<T> list(String name, Class<T> type, String what) {
    List<?> list = typed(name, List.class, what);
    if (!list.stream().allMatch(type::isInstance)) {
      throw expected(name, what);
    }
    return list.stream().map(type::cast).toList();
  }

  public double number(String name) {
    return typed(name, Number.class, "a number").doubleValue();
  }

  public double[] numbers(String name) {
    return numbers(name, typed(name, List.class, "a list of numbers"));
  }

  /** The numbers of a list that has been found under a name. */
  public double[] numbers(String name, List<?> list) {
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Number number)) {
        throw wrong(Text.of("%s[%d]", name, i), "must be a number, is " + list.get(i));
      }
      numbers[i] = number.doubleValue();
    }
    return numbers;
  }
}
