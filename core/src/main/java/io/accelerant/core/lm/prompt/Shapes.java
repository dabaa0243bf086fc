package io.accelerant.core.lm.prompt;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.config.Nearest;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * Finds the {@link Shape} of a table: as the configuration says, else by its columns.
 *
 * @param config of the job
 * @param source named in errors
 * @param columns that the table has
 */
record Shapes(JobConfig config, String source, List<String> columns) {
  private static final List<String> MESSAGES = List.of("messages", "conversations");
  private static final String AS_IT_IS = "prompt";
  private static final List<String> PROMPTS =
      List.of("instruction", "question", AS_IT_IS, "query", "problem");
  private static final List<String> ANSWERS =
      List.of("output", "answer", "completion", "response", "solution");
  private static final List<String> EXTRAS = List.of("input", "context");

  /**
   * @throws ConfigException if a key names a column that is not there
   * @throws DataException if the columns are none of the known shapes
   */
  Shape find() {
    String group = named(PreparePromptsKeys.GROUP).orElse("");
    Optional<Template> given = template();
    Optional<String> named = named(PreparePromptsKeys.ANSWER);
    Optional<String> messages = first(MESSAGES);
    boolean plain = given.isEmpty() && named.isEmpty();
    if (plain && messages.isPresent()) {
      return Shape.messages(messages.get(), group);
    }
    String answer = named.or(() -> first(ANSWERS)).orElseThrow(this::unknown);
    if (given.isPresent()) {
      return new Shape("fields", given.get(), "", answer, group);
    }
    String found = first(PROMPTS).orElseThrow(this::unknown);
    Template line = new Template(List.of("", found.equals(AS_IT_IS) ? "" : "\n"), List.of(found));
    String extra = found.equals(AS_IT_IS) ? "" : first(EXTRAS).orElse("");
    return new Shape(found, line, extra, answer, group);
  }

  /** As the configuration says where it says anything, for a table whose shape is known. */
  Shape orUsual(Shape usual) {
    return new Shape(
        usual.name(),
        template().orElse(usual.template()),
        "",
        named(PreparePromptsKeys.ANSWER).orElse(usual.answer()),
        named(PreparePromptsKeys.GROUP).orElse(usual.group()));
  }

  private Optional<String> first(List<String> names) {
    return names.stream().filter(columns::contains).findFirst();
  }

  /** What a prompt is if the configuration says it. */
  private Optional<Template> template() {
    Optional<String> template =
        config
            .find(PreparePromptsKeys.TEMPLATE)
            .filter(text -> !text.equals(PreparePromptsKeys.CHAT));
    Optional<String> prompt = named(PreparePromptsKeys.PROMPT);
    if (template.isPresent() && prompt.isPresent()) {
      throw config.invalid(
          PreparePromptsKeys.TEMPLATE,
          Text.of(
              "and %s both say what a prompt is; leave one out.",
              PreparePromptsKeys.PROMPT.path()));
    }
    return template.map(this::parsed).or(() -> prompt.map(Template::column));
  }

  /** The column that a key names. */
  private Optional<String> named(Key<String> key) {
    Optional<String> column = config.find(key);
    if (column.isPresent() && !columns.contains(column.get())) {
      throw config.invalid(key, "is " + absent(column.get()));
    }
    return column;
  }

  private Template parsed(String text) {
    Template template;
    try {
      template = Template.of(text);
    } catch (IllegalArgumentException e) {
      throw config.invalid(PreparePromptsKeys.TEMPLATE, e.getMessage() + ".");
    }
    for (String column : template.columns()) {
      if (!columns.contains(column)) {
        throw config.invalid(PreparePromptsKeys.TEMPLATE, "names " + absent(column));
      }
    }
    return template;
  }

  private String absent(String column) {
    return Text.of(
        "\"%s\", which is no column of %s; its columns are %s%s.",
        column,
        source,
        String.join(", ", columns),
        Nearest.to(column, columns).map(nearest -> ", the nearest is " + nearest).orElse(""));
  }

  private DataException unknown() {
    return new DataException(
        Text.of(
            "%s has the columns %s; expected messages, or one of %s and one of %s. Name them by"
                + " preparePrompts.fields.prompt (or template) and preparePrompts.fields.answer.",
            source,
            String.join(", ", columns),
            String.join(", ", PROMPTS),
            String.join(", ", ANSWERS)));
  }
}
