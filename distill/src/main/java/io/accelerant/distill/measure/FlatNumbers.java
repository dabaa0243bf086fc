package io.accelerant.distill.measure;

import java.util.Map;

/** Results as metrics: numbers, and arrays that are not too long by index. */
public final class FlatNumbers {
  private static final int MOST = 1000;

  private FlatNumbers() {}

  /**
   * Adds a number under its name, those of an array under {@code name.0}, {@code name.1}, ..; more
   * than {@value #MOST} of one array are left out.
   *
   * @param value a number, {@code double[]} or {@code double[][]}; anything else adds nothing
   */
  public static void put(Map<String, Number> metrics, String name, Object value) {
    if (value instanceof Number number) {
      metrics.put(name, number);
    } else if (value instanceof double[] numbers && numbers.length <= MOST) {
      for (int i = 0; i < numbers.length; i++) {
        metrics.put(name + "." + i, numbers[i]);
      }
    } else if (value instanceof double[][] rows
        && rows.length > 0
        && rows.length * rows[0].length <= MOST) {
      for (int i = 0; i < rows.length; i++) {
        put(metrics, name + "." + i, rows[i]);
      }
    }
  }
}
