package io.accelerant.core.lm.prompt;

import io.accelerant.core.lm.prompt.RowCheck.Reason;
import io.accelerant.core.lm.tokenizer.ChatTemplate.Message;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where in a row prompt and answer are. A question, instruction or the like is followed by what
 * {@code extra} holds, if anything, on a line of its own, and a line feed; a column {@code prompt}
 * and one that the user names are taken as they are. Of messages the last one of the assistant is
 * the answer; those before it are the prompt. By a chat template a question is a conversation of
 * one turn.
 *
 * @param name what it is called in reports, and the group of its rows unless a column names one
 * @param template of the prompt; of messages their column
 * @param extra column that goes with the prompt where it is not empty; empty: none
 * @param answer column; empty: messages
 * @param group column that names the part of the task; empty: none
 * @param turns how messages become a prompt
 */
record Shape(String name, Template template, String extra, String answer, String group, Turns turns)
    implements Serializable {
  private static final String USER = "user";
  private static final Map<String, String> ROLES = Map.of("human", USER, "gpt", Turns.ASSISTANT);

  Shape(String name, Template template, String extra, String answer, String group) {
    this(name, template, extra, answer, group, Turns.LINES);
  }

  /** With prompts by a chat template. */
  Shape with(Turns.Chat chat) {
    return new Shape(name, template, extra, answer, group, chat);
  }

  /** A shape of a list of messages. */
  static Shape messages(String column, String group) {
    return new Shape("messages", Template.column(column), "", "", group);
  }

  /** All columns that it reads. */
  List<String> columns() {
    Stream<String> others = Stream.of(extra, answer, group).filter(name -> !name.isEmpty());
    return Stream.concat(template.columns().stream(), others).distinct().toList();
  }

  boolean isMessages() {
    return answer.isEmpty();
  }

  /**
   * @throws UnusableRow if there is none
   */
  String prompt(Map<String, Object> row) {
    if (isMessages()) {
      return conversation(row);
    }
    String prompt = template.fill(row);
    boolean more = !extra.isEmpty() && row.get(extra) != null;
    String context = more ? Template.value(row, extra) : "";
    String asked = context.isBlank() ? prompt : prompt + context + "\n";
    return turns instanceof Turns.Chat
        ? inTurns(List.of(new Message(USER, asked.stripTrailing())))
        : asked;
  }

  /**
   * @throws UnusableRow if there is none
   */
  String answer(Map<String, Object> row) {
    return isMessages()
        ? text(turns(row).get(last(turns(row))), "content", "value")
        : Template.value(row, answer);
  }

  /**
   * @throws UnusableRow if a column for it is missing
   */
  String group(Map<String, Object> row) {
    return group.isEmpty() ? name : Template.value(row, group);
  }

  private String conversation(Map<String, Object> row) {
    List<?> turns = turns(row);
    int last = last(turns);
    if (last == 0) {
      throw new UnusableRow(Reason.EMPTY_PROMPT);
    }
    return inTurns(
        turns.subList(0, last).stream()
            .map(turn -> new Message(role(turn), text(turn, "content", "value")))
            .toList());
  }

  private String inTurns(List<Message> messages) {
    try {
      return turns.prompt(messages);
    } catch (IllegalArgumentException e) { // such as two turns of one role
      throw new UnusableRow(Reason.NOT_MESSAGES);
    }
  }

  private List<?> turns(Map<String, Object> row) {
    Object messages = row.get(template.columns().get(0));
    if (messages == null) {
      throw new UnusableRow(Reason.MISSING);
    } else if (!(messages instanceof List<?> turns)) {
      throw new UnusableRow(Reason.NOT_MESSAGES);
    } else {
      return turns;
    }
  }

  private static int last(List<?> turns) {
    for (int i = turns.size() - 1; i >= 0; i--) {
      if (role(turns.get(i)).equals(Turns.ASSISTANT)) {
        return i;
      }
    }
    throw new UnusableRow(Reason.EMPTY_ANSWER);
  }

  private static String role(Object turn) {
    String role = text(turn, "role", "from").toLowerCase(Locale.ROOT);
    return ROLES.getOrDefault(role, role);
  }

  /** Two names for the same are in use. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static String text(Object turn, String name, String other) {
    if (!(turn instanceof Map<?, ?> fields)) {
      throw new UnusableRow(Reason.NOT_MESSAGES);
    }
    return Template.value((Map<String, Object>) fields, fields.containsKey(name) ? name : other);
  }
}
