package io.accelerant.core.lm.tokenizer;

import io.accelerant.core.text.Text;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of Jinja is rendered as Python renders it. The library is silent about filters and tests
 * that it does not know, runs loops with a condition or an {@code else} another way, and lets a
 * loop change what was set before it; such templates are refused by name.
 */
final class ChatDialect {
  private static final Pattern TAG =
      Pattern.compile("\\{\\{[-+]?(.*?)[-+]?}}|\\{%[-+]?(.*?)[-+]?%}|\\{#.*?#}", Pattern.DOTALL);
  private static final Pattern LITERAL =
      Pattern.compile("'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"", Pattern.DOTALL);
  private static final Pattern FILTER = Pattern.compile("\\|\\s*(\\w+)");
  private static final Pattern TEST = Pattern.compile("\\bis\\s+(?:not\\s+)?(\\w+)");
  private static final Pattern METHOD = Pattern.compile("\\.\\s*(\\w+)\\s*\\(");
  private static final Pattern ASSIGNED = Pattern.compile("^set\\s+(\\w+)\\s*(?:=|$)");

  private static final Set<String> FILTERS =
      Set.of("trim", "length", "count", "join", "upper", "lower", "default", "d", "list", "tojson");
  private static final Set<String> TESTS =
      Set.of("defined", "undefined", "none", "string", "mapping", "true", "false");
  private static final Set<String> METHODS = Set.of("strip", "items", "get");
  private static final Set<String> STATEMENTS =
      Set.of(
          "for",
          "endfor",
          "if",
          "elif",
          "else",
          "endif",
          "set",
          "endset",
          "macro",
          "endmacro",
          "raw",
          "endraw",
          "break",
          "continue");

  private int loops;
  private final Set<String> outside = new HashSet<>();
  private final java.util.ArrayDeque<String> open = new java.util.ArrayDeque<>();

  private ChatDialect() {}

  /**
   * @throws IllegalArgumentException if a template uses anything else; names the first
   */
  static void require(String template) {
    ChatDialect dialect = new ChatDialect();
    Matcher tags = TAG.matcher(template);
    while (tags.find()) {
      if (tags.group(1) != null) {
        dialect.print(LITERAL.matcher(tags.group(1)).replaceAll("''"));
      } else if (tags.group(2) != null) {
        dialect.statement(LITERAL.matcher(tags.group(2)).replaceAll("''").strip());
      }
    }
  }

  private void print(String expression) {
    check(expression);
    if (expression.matches("(?s).*\\b(and|or|not|is|in)\\b.*") && !expression.contains(" if ")) {
      throw refused(Text.of("what is true or false, printed: %s", expression.strip()));
    }
    if (expression.matches("(?s).*(==|!=|<|>).*") && !expression.contains(" if ")) {
      throw refused(Text.of("what is true or false, printed: %s", expression.strip()));
    }
  }

  private void statement(String text) {
    String name = text.split("\\W", 2)[0];
    if (!STATEMENTS.contains(name)) {
      throw refused("the statement " + name);
    }
    check(text);
    switch (name) {
      case "for" -> {
        loops++;
        open.push(name);
        if (text.matches("(?s).*\\s(if|recursive)\\b.*")) {
          throw refused("a loop with a condition: " + text);
        }
      }
      case "if", "macro" -> open.push(name);
      case "endfor", "endif", "endmacro" -> {
        loops -= name.equals("endfor") ? 1 : 0;
        open.poll();
      }
      case "else" -> {
        if ("for".equals(open.peek())) {
          throw refused("a loop with an else");
        }
      }
      case "set" -> assign(text);
      default -> {}
    }
  }

  /** In Jinja a loop changes nothing outside it but the fields of a namespace. */
  private void assign(String text) {
    Matcher assigned = ASSIGNED.matcher(text);
    if (assigned.find()) {
      String name = assigned.group(1);
      if (loops == 0) {
        outside.add(name);
      } else if (outside.contains(name)) {
        throw refused(Text.of("the variable %s, set outside of a loop and in it", name));
      }
    }
  }

  private static void check(String text) {
    require(text, FILTER, FILTERS, "the filter ");
    require(text, TEST, TESTS, "the test ");
    require(text, METHOD, METHODS, "the method ");
    for (String other : List.of("[::", " // ", "**")) {
      if (text.contains(other)) {
        throw refused(Text.of("\"%s\"", other));
      }
    }
  }

  private static void require(String text, Pattern use, Set<String> known, String what) {
    Matcher uses = use.matcher(text);
    while (uses.find()) {
      if (!known.contains(uses.group(1))) {
        throw refused(what + uses.group(1));
      }
    }
  }

  private static IllegalArgumentException refused(String what) {
    return new IllegalArgumentException(
        Text.of("the chat template uses %s, which is not rendered here as in Python", what));
  }
}
