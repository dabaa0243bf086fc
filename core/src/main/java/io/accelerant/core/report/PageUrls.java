package io.accelerant.core.report;

import java.util.Locale;
import java.util.regex.Pattern;
import org.commonmark.renderer.html.UrlSanitizer;

/** What a page may name: pictures that stand inside it, files beside it, and the web. */
final class PageUrls implements UrlSanitizer {
  static final String INSIDE = "data:image/";

  private static final Pattern SCHEME = Pattern.compile("(?s)^\\s*[A-Za-z][A-Za-z0-9+.-]*:.*");

  @Override
  public String sanitizeLinkUrl(String url) {
    String lower = url.strip().toLowerCase(Locale.ROOT);
    boolean web = lower.startsWith("http:") || lower.startsWith("https:");
    return web || !SCHEME.matcher(url).matches() ? url : "";
  }

  @Override
  public String sanitizeImageUrl(String url) {
    return url.startsWith(INSIDE) || !SCHEME.matcher(url).matches() ? url : "";
  }
}
