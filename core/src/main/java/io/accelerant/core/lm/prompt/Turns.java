package io.accelerant.core.lm.prompt;

import io.accelerant.core.lm.tokenizer.ChatTemplate;
import io.accelerant.core.lm.tokenizer.ChatTemplate.Message;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** How the turns of a conversation become a prompt that an answer follows. */
interface Turns extends Serializable {
  /** Role of who answers. */
  String ASSISTANT = "assistant";

  /** Each as {@code <role>: <content>} and a line feed, and {@code assistant: } behind them. */
  Turns LINES =
      turns -> {
        StringBuilder prompt = new StringBuilder();
        turns.forEach(turn -> prompt.append(turn.role() + ": " + turn.content() + "\n"));
        return prompt.append(ASSISTANT + ": ").toString();
      };

  /**
   * @throws IllegalArgumentException if this is no conversation that a model was taught to read
   */
  String prompt(List<Message> turns);

  /**
   * By the template of a model.
   *
   * @param system text in front of a conversation that has none of its own; empty: none
   */
  record Chat(ChatTemplate template, String system) implements Turns {
    @Override
    public String prompt(List<Message> turns) {
      List<Message> all = new ArrayList<>(turns);
      if (!system.isEmpty() && turns.stream().noneMatch(turn -> turn.role().equals("system"))) {
        all.add(0, new Message("system", system));
      }
      return template.render(all);
    }
  }
}
