package io.accelerant.core.report;

import io.accelerant.core.text.Text;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table of text, numbers and {@linkplain Spread spreads}, written as Markdown. Columns that hold
 * no text are aligned to the right. Rows may be added; nothing is ever removed.
 */
public final class Table {
  private static final String MISSING = "–";

  private final List<String> headers;
  private final List<List<Object>> rows = new ArrayList<>();
  private int significant = 4;
  private boolean padded = true;

  private Table(List<String> headers) {
    this.headers = headers;
  }

  /**
   * A mean over repetitions and their standard deviation.
   *
   * @param sd in the unit of the mean
   */
  public record Spread(double mean, double sd) {
    /** Mean and standard deviation (n-1 in the denominator; 0 for one value). */
    public static Spread of(double... values) {
      double sum = 0;
      for (double value : values) {
        sum += value;
      }
      double mean = sum / values.length;
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return new Spread(
          mean, values.length == 1 ? 0 : StrictMath.sqrt(squares / (values.length - 1)));
    }
  }

  public static Table of(String... headers) {
    if (headers.length == 0) {
      throw new IllegalArgumentException("a table needs a column");
    }
    return new Table(List.of(headers));
  }

  /** Significant digits of numbers that are not whole; 4 unless set. */
  public Table significant(int digits) {
    if (digits < 1 || digits > 17) {
      throw new IllegalArgumentException("significant digits must be 1 to 17, are " + digits);
    }
    significant = digits;
    return this;
  }

  /** With cells as long as what they hold, for columns of sentences. */
  public Table unpadded() {
    padded = false;
    return this;
  }

  /**
   * Adds a row.
   *
   * @param cells text, {@link Number} or {@link Spread}, one for each header; NaN is shown as a
   *     dash
   * @throws IllegalArgumentException if there are more or fewer cells than headers
   */
  public Table row(Object... cells) {
    if (cells.length != headers.size()) {
      throw new IllegalArgumentException(
          Text.of("a row of %d cells does not fit %d headers", cells.length, headers.size()));
    }
    rows.add(List.of(cells));
    return this;
  }

  public int size() {
    return rows.size();
  }

  /** The table as GitHub Markdown, columns padded to equal width unless that was asked away. */
  public String markdown() {
    int columns = headers.size();
    List<List<String>> lines = new ArrayList<>();
    lines.add(headers.stream().map(Table::escape).toList());
    rows.forEach(row -> lines.add(row.stream().map(cell -> text(cell, significant)).toList()));
    int[] width = new int[columns];
    Arrays.fill(width, 3);
    for (List<String> line : lines) {
      for (int c = 0; padded && c < columns; c++) {
        width[c] = Math.max(width[c], length(line.get(c)));
      }
    }
    StringBuilder out = new StringBuilder();
    for (int r = 0; r < lines.size(); r++) {
      out.append('|');
      for (int c = 0; c < columns; c++) {
        String cell = lines.get(r).get(c);
        String space = " ".repeat(Math.max(0, width[c] - length(cell)));
        out.append(' ').append(isNumeric(c) ? space + cell : cell + space).append(" |");
      }
      out.append('\n');
      if (r == 0) {
        out.append('|');
        for (int c = 0; c < columns; c++) {
          out.append(' ').append("-".repeat(width[c] - 1)).append(isNumeric(c) ? ": |" : "- |");
        }
        out.append('\n');
      }
    }
    return out.toString();
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty() && rows.stream().noneMatch(row -> row.get(column) instanceof String);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String text(Object cell, int significant) {
    if (cell instanceof Spread spread) {
      return number(spread, significant);
    }
    return cell instanceof Number number ? number(number, significant) : escape(cell.toString());
  }

  /** A whole number as it is, any other number rounded to some significant digits. */
  public static String number(Number value, int significant) {
    if (!(value instanceof Double || value instanceof Float)) {
      return value.toString();
    }
    double x = value.doubleValue();
    if (!Double.isFinite(x)) {
      return Double.isNaN(x) ? MISSING : x > 0 ? "∞" : "-∞";
    }
    if (x == 0) {
      return "0";
    }
    BigDecimal rounded =
        new BigDecimal(x).round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent < -5 || exponent >= 7) {
      BigDecimal mantissa = rounded.movePointLeft(exponent);
      return mantissa.setScale(significant - 1, RoundingMode.HALF_EVEN).toPlainString()
          + "e"
          + exponent;
    }
    return rounded
        .setScale(Math.max(0, significant - 1 - exponent), RoundingMode.HALF_EVEN)
        .toPlainString();
  }

  /** The standard deviation gets the decimals of the mean. */
  private static String number(Spread spread, int significant) {
    String mean = number(spread.mean(), significant);
    if (!Double.isFinite(spread.mean()) || !Double.isFinite(spread.sd()) || mean.contains("e")) {
      return mean + " ± " + number(spread.sd(), significant);
    }
    int decimals = spread.mean() == 0 ? significant - 1 : Math.max(0, decimals(mean));
    return mean
        + " ± "
        + new BigDecimal(spread.sd()).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static int decimals(String plain) {
    return plain.indexOf('.') < 0 ? 0 : plain.length() - 1 - plain.indexOf('.');
  }

  /** Text that cannot end its cell or row. */
  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replaceAll("\\R", " ");
  }
}
