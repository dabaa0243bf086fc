package io.accelerant.core.report;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The text {@code report.md} and its pictures, put together from top to bottom. Not thread-safe.
 */
public final class Report {
  /** The name of its text in an artifact. */
  public static final String FILE = "report.md";

  private final StringBuilder text = new StringBuilder();
  private final Map<String, byte[]> pictures = new LinkedHashMap<>();
  private final Consumer<String> warn;

  private Report(String title, Consumer<String> warn) {
    this.warn = warn;
    text.append("# ").append(line(title)).append("\n");
  }

  /**
   * @param warn told about pictures that could not be drawn
   */
  public static Report titled(String title, Consumer<String> warn) {
    return new Report(title, warn);
  }

  public Report section(String heading) {
    text.append("\n## ").append(line(heading)).append("\n");
    return this;
  }

  /** A paragraph of Markdown. */
  public Report paragraph(String markdown) {
    text.append("\n").append(markdown.strip()).append("\n");
    return this;
  }

  public Report table(Table table) {
    text.append("\n").append(table.markdown());
    return this;
  }

  /**
   * Draws a plot to {@code plots/<name>.png}. Where it cannot be drawn the report says so in its
   * place.
   *
   * @param name file name without folder and ending: letters, digits, dot and dash
   * @param caption shown below, and in place of the picture by readers without pictures
   */
  public Report plot(String name, LinePlot plot, String caption) {
    fileOf(name); // a bad name is an error even where nothing can be drawn
    plot.png(warn)
        .ifPresentOrElse(
            png -> picture(name, png, caption),
            () ->
                paragraph(
                    "*"
                        + line(caption)
                        + "* (no picture: the machine that wrote this report has no fonts)"));
    return this;
  }

  /**
   * Shows a picture as {@code plots/<name>.png}.
   *
   * @param name as in {@link #plot}
   */
  public Report picture(String name, byte[] png, String caption) {
    return add(fileOf(name), png, caption);
  }

  /**
   * Shows a GIF as {@code plots/<name>.gif}.
   *
   * @param name as in {@link #plot}
   */
  public Report animation(String name, byte[] gif, String caption) {
    return add(fileOf(name).replaceFirst("png$", "gif"), gif, caption);
  }

  private Report add(String file, byte[] picture, String caption) {
    if (pictures.putIfAbsent(file, picture) != null) {
      throw new IllegalArgumentException("a picture has this name already: " + file);
    }
    return show(file, caption);
  }

  private String fileOf(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9.-]*")) {
      throw new IllegalArgumentException("not a name for a picture: " + name);
    }
    return "plots/" + name + ".png";
  }

  private Report show(String file, String caption) {
    text.append("\n![")
        .append(line(caption))
        .append("](")
        .append(file)
        .append(")\n\n*")
        .append(line(caption))
        .append("*\n");
    return this;
  }

  /**
   * A block of text shown as it is.
   *
   * @param language for colouring, such as {@code sh}; may be empty
   */
  public Report code(String language, String code) {
    text.append("\n").append(block(language, code));
    return this;
  }

  /** The text of {@code report.md}. */
  public String markdown() {
    return text.toString();
  }

  /** {@code report.md} and the pictures it shows, by file name within the artifact. */
  public Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(FILE, markdown().getBytes(StandardCharsets.UTF_8));
    files.putAll(pictures);
    return Collections.unmodifiableMap(files);
  }

  /** A fenced block whose fence is longer than any run of backticks in the code. */
  static String block(String language, String code) {
    String fence = "```";
    while (code.contains(fence)) {
      fence += "`";
    }
    return fence + language + "\n" + code.stripTrailing() + "\n" + fence + "\n";
  }

  private static String line(String text) {
    return text.strip().replaceAll("\\R", " ");
  }
}
