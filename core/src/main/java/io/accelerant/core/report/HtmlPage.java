package io.accelerant.core.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Image;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Markdown as one HTML file that needs no other: pictures stand inside. Texts of data may hold
 * anything, so HTML in the Markdown is shown and not obeyed, and the page may load and run nothing.
 */
public final class HtmlPage {
  private static final List<Extension> TABLES = List.of(TablesExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(TABLES).build();
  private static final HtmlRenderer RENDERER =
      HtmlRenderer.builder()
          .extensions(TABLES)
          .escapeHtml(true)
          .sanitizeUrls(true)
          .urlSanitizer(new PageUrls())
          .build();

  private HtmlPage() {}

  /**
   * @param title of the window
   * @param markdown its parts from top to bottom, a rule between them
   * @param pictures that the Markdown names, by name; others stay links
   */
  public static byte[] of(String title, List<String> markdown, Map<String, byte[]> pictures) {
    StringBuilder page = new StringBuilder();
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';")
        .append(" img-src data: 'self'; style-src 'unsafe-inline'\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
        .append(escaped(title))
        .append("</title>\n<style>\n")
        .append(style())
        .append("</style>\n</head>\n<body>\n");
    for (int i = 0; i < markdown.size(); i++) {
      Node node = PARSER.parse(markdown.get(i));
      node.accept(new Embedding(pictures));
      page.append(i == 0 ? "" : "<hr>\n").append(RENDERER.render(node));
    }
    return page.append("</body>\n</html>\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String style() {
    try (InputStream css = HtmlPage.class.getResourceAsStream("report.css")) {
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts pictures in place of their names. */
  private static final class Embedding extends AbstractVisitor {
    private final Map<String, byte[]> pictures;

    Embedding(Map<String, byte[]> pictures) {
      this.pictures = pictures;
    }

    @Override
    public void visit(Image image) {
      byte[] picture = pictures.get(image.getDestination());
      if (picture != null) {
        String name = image.getDestination().toLowerCase(Locale.ROOT);
        String type = name.endsWith(".gif") ? "gif" : "png";
        image.setDestination(
            PageUrls.INSIDE + type + ";base64," + Base64.getEncoder().encodeToString(picture));
      }
      visitChildren(image);
    }
  }
}
