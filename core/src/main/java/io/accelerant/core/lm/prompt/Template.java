package io.accelerant.core.lm.prompt;

import io.accelerant.core.lm.prompt.RowCheck.Reason;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Text with columns of a row in it: {@code Q: {question}} and a line feed. Two braces are one.
 *
 * @param literals what stands before, between and behind the columns, one more than these
 * @param columns in order
 */
record Template(List<String> literals, List<String> columns) implements Serializable {
  /**
   * @throws IllegalArgumentException if a brace has no partner, or no column is named
   */
  static Template of(String text) {
    List<String> literals = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c == '{' || c == '}') && text.startsWith(String.valueOf(c).repeat(2), i)) {
        literal.append(c);
        i++;
      } else if (c == '{' && text.indexOf('}', i) > i + 1) {
        int end = text.indexOf('}', i);
        columns.add(text.substring(i + 1, end));
        literals.add(literal.toString());
        literal.setLength(0);
        i = end;
      } else if (c == '{' || c == '}') {
        throw new IllegalArgumentException("has a brace at place " + i + " without a column");
      } else {
        literal.append(c);
      }
    }
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("names no {column}: every prompt would be the same");
    }
    literals.add(literal.toString());
    return new Template(List.copyOf(literals), List.copyOf(columns));
  }

  /** A column as it is. */
  static Template column(String name) {
    return new Template(List.of("", ""), List.of(name));
  }

  /**
   * @throws UnusableRow if a column is missing, null, an array or an object, or all are blank
   */
  String fill(Map<String, Object> row) {
    StringBuilder text = new StringBuilder(literals.get(0));
    boolean blank = true;
    for (int i = 0; i < columns.size(); i++) {
      String value = value(row, columns.get(i));
      blank &= value.isBlank();
      text.append(value).append(literals.get(i + 1));
    }
    if (blank) {
      throw new UnusableRow(Reason.EMPTY_PROMPT);
    }
    return text.toString();
  }

  /**
   * The text of a column; numbers and truth values are as Java writes them.
   *
   * @throws UnusableRow if it is missing, null, an array or an object
   */
  static String value(Map<String, Object> row, String column) {
    Object value = row.get(column);
    if (value == null) {
      throw new UnusableRow(Reason.MISSING);
    } else if (value instanceof Map<?, ?> || value instanceof List<?>) {
      throw new UnusableRow(Reason.NOT_TEXT);
    }
    return value.toString();
  }
}
