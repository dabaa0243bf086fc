package io.accelerant.core.lm.tokenizer;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model was taught to read a conversation: a template in Jinja that comes with its tokenizer.
 * What the library renders another way than Python's Jinja is refused by name, see {@link
 * ChatDialect}.
 *
 * @param where file that holds it, for errors
 * @param source the template
 * @param pieces names such as {@code bos_token} to the pieces that they stand for
 */
public record ChatTemplate(String where, String source, Map<String, String> pieces)
    implements Serializable {

  /**
   * One turn of a conversation.
   *
   * @param role {@code system}, {@code user} or {@code assistant}
   */
  public record Message(String role, String content) {}

  /**
   * @throws IllegalArgumentException if the template uses what is not rendered here; names it
   */
  public ChatTemplate {
    ChatDialect.require(source);
    pieces = Map.copyOf(pieces);
  }

  /** One for a JVM; it is safe for threads. */
  private static final class Library {
    private static final Jinjava JINJA = make();

    private static Jinjava make() {
      Jinjava jinja =
          new Jinjava(
              JinjavaConfig.newBuilder()
                  .withTrimBlocks(true)
                  .withLstripBlocks(true)
                  .withKeepTrailingNewline(true)
                  .withNestedInterpretationEnabled(false) // what people write is no template
                  .withMaxOutputSize(1 << 24)
                  .withRangeLimit(1000)
                  .withLegacyOverrides(
                      LegacyOverrides.newBuilder()
                          .withParseWhitespaceControlStrictly(true)
                          .withEvaluateMapKeys(true)
                          .withIterateOverMapKeys(true)
                          .withUseNaturalOperatorPrecedence(true)
                          .withUseTrimmingForNotesAndExpressions(true)
                          .withDefaultKeepTrailingNewlineBehavior(true)
                          .withHandleBackslashInQuotesOnly(true)
                          .withAllowAdjacentTextNodes(true)
                          .build())
                  .build());
      jinja.getGlobalContext().registerFilter(new Trim());
      jinja.getGlobalContext().registerFilter(new Refused("tojson"));
      jinja
          .getGlobalContext()
          .registerFunction(
              new ELFunctionDefinition(
                  "", "raise_exception", ChatTemplate.class, "refuse", String.class));
      jinja
          .getGlobalContext()
          .registerFunction(
              new ELFunctionDefinition(
                  "", "strftime_now", ChatTemplate.class, "refuseTime", String.class));
      return jinja;
    }
  }

  /** Python's white space: what is space in Unicode, and the separators of ASCII. */
  private static final class Trim implements Filter {
    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      if (arguments.length > 0) {
        throw new RefusedException("the filter trim with an argument");
      }
      return value == null ? "" : strip(value.toString());
    }

    private static String strip(String text) {
      int[] signs = text.codePoints().toArray();
      int from = 0;
      int to = signs.length;
      while (from < to && isSpace(signs[from])) {
        from++;
      }
      while (to > from && isSpace(signs[to - 1])) {
        to--;
      }
      return new String(signs, from, to - from);
    }

    private static boolean isSpace(int c) {
      return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }
  }

  /** In a template for tools it may stand where no conversation comes by. */
  private record Refused(String getName) implements Filter {
    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      throw new RefusedException("the filter " + getName);
    }
  }

  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedException(String what) {
      super(what);
    }
  }

  /** What a template calls when it does not take a conversation. */
  public static String refuse(String why) {
    throw new RefusedException("raise_exception: " + why);
  }

  /** A prompt must not depend on the day. */
  public static String refuseTime(String format) {
    throw new RefusedException("the function strftime_now, the date of today");
  }

  /**
   * The text of a conversation, with the beginning of an answer.
   *
   * @throws IllegalArgumentException if the template does not take it, or comes to something that
   *     is not rendered here; says which
   */
  public String render(List<Message> messages) {
    Map<String, Object> context = new LinkedHashMap<>(pieces);
    context.put("add_generation_prompt", true);
    context.put(
        "messages",
        messages.stream()
            .map(message -> Map.of("role", message.role(), "content", message.content()))
            .toList());
    String text = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
    RenderResult result = Library.JINJA.renderForResult(text, context);
    if (!result.getErrors().isEmpty()) {
      throw new IllegalArgumentException(
          Text.of(
              "the chat template of %s cannot be rendered: %s",
              where, why(result.getErrors().get(0))));
    }
    return result.getOutput();
  }

  private static String why(TemplateError error) {
    Throwable cause = error.getException();
    while (cause != null && !(cause instanceof RefusedException)) {
      cause = cause.getCause();
    }
    String why = cause == null ? error.getMessage() : cause.getMessage();
    return why.lines().findFirst().orElse("");
  }
}
