package io.accelerant.core.lm.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method or constructor and what its documentation comment says, found in the text of a Java file
 * without a compiler: a comment that begins a line, annotations, and a declaration with parameters.
 *
 * @param signature the declaration without annotations in front, spaces single
 * @param sentence first sentence of the comment, without tags
 * @param description all of the comment before its block tags, without tags
 */
record Javadoc(String signature, String sentence, String description) {
  private static final int LONGEST_DECLARATION = 4000;
  private static final Pattern COMMENT = Pattern.compile("(?m)^[ \\t]*/\\*\\*(?!/)");
  private static final Pattern BLOCK_TAG = Pattern.compile("(?m)^\\s*@\\w");
  private static final Pattern STAR = Pattern.compile("(?m)^[ \\t]*\\*+ ?");
  private static final Pattern CODE = Pattern.compile("\\{@(?:code|literal)\\s+([^{}]*)}");
  private static final Pattern LINK =
      Pattern.compile("\\{@link(?:plain)?\\s+([^\\s{}(]+(?:\\([^{})]*\\))?)\\s*([^{}]*)}");
  private static final Pattern INLINE_TAG = Pattern.compile("\\{@[^{}]*}");
  private static final Pattern MARKUP = Pattern.compile("</?[A-Za-z][^<>]*>|<!--.*?-->");
  private static final Pattern PARAGRAPH =
      Pattern.compile("(?i)<(?:p|ul|ol|dl|pre|table|blockquote|h[1-6])\\b");
  private static final Pattern SENTENCE =
      Pattern.compile("(?s)(.*?(?<!\\be\\.g)(?<!\\bi\\.e)(?<!\\betc)\\.)(?:\\s.*)?");
  private static final Pattern METHOD =
      Pattern.compile("(?s)([^(=]*?)(\\w+) ?\\((.*)\\)(?: ?\\[])*(?: throws [\\w., ]+)?");
  private static final Pattern TYPE = Pattern.compile(".*\\b(?:class|interface|enum|record)\\b.*");

  /** All that are in a file, in order. */
  static List<Javadoc> of(String source) {
    List<Javadoc> found = new ArrayList<>();
    Matcher comment = COMMENT.matcher(source);
    int from = 0;
    while (comment.find(from)) {
      int end = source.indexOf("*/", comment.end());
      if (end < 0) {
        break;
      }
      String text = source.substring(comment.end(), end);
      declaration(source, end + 2).ifPresent(method -> found.add(of(method, text)));
      from = end + 2;
    }
    return found;
  }

  private static Javadoc of(String method, String comment) {
    String text = STAR.matcher(comment).replaceAll("");
    Matcher tag = BLOCK_TAG.matcher(text);
    String body = tag.find() ? text.substring(0, tag.start()) : text;
    Matcher paragraph = PARAGRAPH.matcher(body);
    boolean cut = paragraph.find() && !body.substring(0, paragraph.start()).isBlank();
    String first = plain(cut ? body.substring(0, paragraph.start()) : body);
    Matcher sentence = SENTENCE.matcher(first);
    return new Javadoc(method, sentence.matches() ? sentence.group(1) : first, plain(body));
  }

  /** Code keeps its angle brackets while markup goes. */
  private static String plain(String text) {
    String code =
        CODE.matcher(text)
            .replaceAll(
                m ->
                    Matcher.quoteReplacement(m.group(1).replace("<", "&lt;").replace(">", "&gt;")));
    String links =
        LINK.matcher(code)
            .replaceAll(
                m ->
                    Matcher.quoteReplacement(
                        m.group(2).isBlank()
                            ? m.group(1).replaceFirst("^#", "").replace('#', '.')
                            : m.group(2)));
    String bare = MARKUP.matcher(INLINE_TAG.matcher(links).replaceAll("")).replaceAll("");
    return bare.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** The method or constructor that begins behind a comment, if it is one. */
  private static Optional<String> declaration(String source, int from) {
    int start = afterAnnotations(source, from);
    int depth = 0;
    int most = Math.min(source.length(), start + LONGEST_DECLARATION);
    for (int i = start; i < most; i++) {
      char c = source.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth == 0 && (c == '{' || c == ';' || c == '}')) {
        return method(source.substring(start, i).replaceAll("\\s+", " ").strip(), c == '{');
      }
    }
    return Optional.empty();
  }

  /** A constructor has a body and no type; an enum's constant has values, not parameters. */
  private static Optional<String> method(String text, boolean body) {
    Matcher method = METHOD.matcher(text);
    if (!method.matches() || TYPE.matcher(method.group(1)).matches()) {
      return Optional.empty();
    }
    boolean typed = !method.group(1).isBlank() || body;
    boolean parameters = method.group(3).isBlank() || method.group(3).strip().contains(" ");
    return typed && parameters ? Optional.of(text) : Optional.empty();
  }

  private static int afterAnnotations(String source, int from) {
    int i = from;
    while (i < source.length()) {
      char c = source.charAt(i);
      if (Character.isWhitespace(c)) {
        i++;
      } else if (source.startsWith("//", i)) {
        i = endOf(source, "\n", i);
      } else if (source.startsWith("/*", i)) {
        i = endOf(source, "*/", i);
      } else if (c == '@' && !source.startsWith("@interface", i)) {
        i = afterAnnotation(source, i + 1);
      } else {
        return i;
      }
    }
    return i;
  }

  private static int afterAnnotation(String source, int from) {
    int i = from;
    while (i < source.length()
        && (Character.isJavaIdentifierPart(source.charAt(i)) || source.charAt(i) == '.')) {
      i++;
    }
    if (i >= source.length() || source.charAt(i) != '(') {
      return i;
    }
    int depth = 0;
    do {
      char c = source.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      i = c == '"' ? afterString(source, i + 1) : i + 1;
    } while (i < source.length() && depth > 0);
    return i;
  }

  private static int afterString(String source, int from) {
    int i = from;
    while (i < source.length() && source.charAt(i) != '"') {
      i += source.charAt(i) == '\\' ? 2 : 1;
    }
    return i + 1;
  }

  private static int endOf(String source, String mark, int from) {
    int end = source.indexOf(mark, from);
    return end < 0 ? source.length() : end + mark.length();
  }
}
