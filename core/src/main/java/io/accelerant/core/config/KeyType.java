package io.accelerant.core.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How a HOCON value becomes a Java value. {@code parse} throws IllegalArgumentException when it
 * cannot.
 */
record KeyType<T>(String name, boolean isText, boolean isList, Function<ConfigValue, T> parse) {
  static final KeyType<String> STRING = new KeyType<>("a string", true, false, KeyType::text);
  static final KeyType<Integer> INTEGER =
      new KeyType<>("a whole number", false, false, v -> Math.toIntExact(whole(v)));
  static final KeyType<Long> LONG = new KeyType<>("a whole number", false, false, KeyType::whole);
  static final KeyType<Double> NUMBER = new KeyType<>("a number", false, false, KeyType::real);
  static final KeyType<Boolean> BOOLEAN =
      new KeyType<>("true or false", false, false, KeyType::bool);
  static final KeyType<List<String>> STRINGS = listOf("a list of strings", true, KeyType::text);
  static final KeyType<List<Integer>> INTEGERS =
      listOf("a list of whole numbers", false, v -> Math.toIntExact(whole(v)));
  static final KeyType<List<Long>> LONGS = listOf("a list of whole numbers", false, KeyType::whole);
  static final KeyType<List<Double>> NUMBERS = listOf("a list of numbers", false, KeyType::real);

  static final KeyType<List<Map<String, Object>>> OBJECTS =
      listOf("a list of objects", false, KeyType::object);

  private static <E> KeyType<List<E>> listOf(
      String name, boolean isText, Function<ConfigValue, E> element) {
    return new KeyType<>(
        name,
        isText,
        true,
        value -> {
          if (value.valueType() != ConfigValueType.LIST) {
            return List.of(element.apply(value));
          }
          List<E> elements = new ArrayList<>();
          for (ConfigValue v : (ConfigList) value) {
            elements.add(element.apply(v));
          }
          return List.copyOf(elements);
        });
  }

  private static String text(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
      default -> throw new IllegalArgumentException(value.valueType().toString());
    };
  }

  private static Map<String, Object> object(ConfigValue value) {
    if (value instanceof ConfigObject object) {
      return object.unwrapped();
    }
    throw new IllegalArgumentException(value.valueType().toString());
  }

  private static long whole(ConfigValue value) {
    Object whole = value.unwrapped();
    if (whole instanceof Integer || whole instanceof Long) {
      return ((Number) whole).longValue();
    }
    if (whole instanceof Double real && real == Math.rint(real) && Math.abs(real) < 0x1p63) {
      return real.longValue();
    }
    return Long.parseLong(String.valueOf(whole));
  }

  private static double real(ConfigValue value) {
    double real =
        switch (value.valueType()) {
          case NUMBER -> ((Number) value.unwrapped()).doubleValue();
          case STRING -> Double.parseDouble((String) value.unwrapped());
          default -> Double.NaN;
        };
    if (Double.isFinite(real)) {
      return real;
    }
    throw new IllegalArgumentException("not a finite number");
  }

  private static boolean bool(ConfigValue value) {
    return switch (String.valueOf(value.unwrapped())) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("not a truth value");
    };
  }
}
