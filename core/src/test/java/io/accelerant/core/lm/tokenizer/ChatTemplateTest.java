package io.accelerant.core.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.lm.tokenizer.ChatTemplate.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplateTest {
  /** A default system text, white space taken away on both sides, a part for tools. */
  private static final String CHATML =
      """
      {#- a note -#}
      {%- if tools %}
          {{- tools | tojson }}
      {%- endif %}
      {%- if messages[0]['role'] == 'system' %}
          {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
      {%- else %}
          {{- '<|im_start|>system\\nHelp.<|im_end|>\\n' }}
      {%- endif %}
      {%- for message in messages %}
          {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
              {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
          {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\\n' }}
      {%- endif %}
      """;

  /** Turns must take turns; the system text goes into the first. */
  private static final String INSTRUCT =
      """
      {{- bos_token -}}
      {% if messages[0]['role'] == 'system' %}
        {% set rest = messages[1:] %}
        {% set system = messages[0]['content'].strip() + '\\n\\n' %}
      {% else %}
        {% set rest = messages %}
        {% set system = '' %}
      {% endif %}
      {% set ns = namespace(users=0) %}
      {% for message in rest %}
      {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
      {{ raise_exception('Roles must alternate') }}
      {% endif %}
      {% if message['role'] == 'user' %}
      {% set ns.users = ns.users + 1 %}
      {{- '[INST] ' + (system if ns.users == 1 else '') + message['content'] | trim + ' [/INST]' -}}
      {% else %}
      {{- ' ' + message['content'] | trim + eos_token -}}
      {% endif %}
      {% endfor %}
      """;

  private static final List<Message> TWO =
      List.of(new Message("system", "Be brief. "), new Message("user", " what is 7 + 5?\u00a0"));

  private static final List<Message> THREE =
      List.of(
          new Message("user", "{{ bos_token }}{% x"),
          new Message("assistant", "<b> "),
          new Message("user", "and 1?"));

  @TempDir Path folder;

  private static String render(String template, List<Message> messages) {
    return new ChatTemplate("a file", template, Map.of("bos_token", "<s>", "eos_token", "</s>"))
        .render(messages);
  }

  @Test
  void chatMl() {
    assertThat(render(CHATML, TWO))
        .isEqualTo(
            "<|im_start|>system\nBe brief. <|im_end|>\n"
                + "<|im_start|>user\n what is 7 + 5?\u00a0<|im_end|>\n"
                + "<|im_start|>assistant\n");
    assertThat(render(CHATML, THREE))
        .isEqualTo(
            "<|im_start|>system\nHelp.<|im_end|>\n"
                + "<|im_start|>user\n{{ bos_token }}{% x<|im_end|>\n"
                + "<|im_start|>assistant\n<b> <|im_end|>\n"
                + "<|im_start|>user\nand 1?<|im_end|>\n"
                + "<|im_start|>assistant\n");
  }

  @Test
  void instructions() {
    assertThat(render(INSTRUCT, TWO)).isEqualTo("<s>[INST] Be brief.\n\nwhat is 7 + 5? [/INST]");
    assertThat(render(INSTRUCT, THREE))
        .isEqualTo("<s>[INST] {{ bos_token }}{% x [/INST] <b></s>[INST] and 1? [/INST]");
    assertThatThrownBy(() -> render(INSTRUCT, List.of(new Message("assistant", "a"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a file")
        .hasMessageContaining("Roles must alternate");
  }

  @Test
  void ofATokenizer() throws IOException {
    TokenizerFolder.copy("llama", folder);
    PretrainedTokenizer tokenizer =
        (PretrainedTokenizer) Tokenizers.named(folder.toString(), new Configuration());
    String text = tokenizer.chat().render(TWO);
    assertThat(text)
        .isEqualTo(
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nwhat is 7 + 5?<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    assertThat(tokenizer.encodePrompt(text)).startsWith(341, 343).containsOnlyOnce(341);
    assertThat(tokenizer.spell(text)).isEqualTo(text);
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ messages[0].content }}!\n");
    assertThat(
            ((PretrainedTokenizer) Tokenizers.named(folder.toString(), new Configuration()))
                .chat()
                .render(THREE))
        .isEqualTo("{{ bos_token }}{% x!");
  }

  @Test
  void aTokenizerWithoutOne() throws IOException {
    TokenizerFolder.copy("gpt2", folder);
    PretrainedTokenizer tokenizer =
        (PretrainedTokenizer) Tokenizers.named(folder.toString(), new Configuration());
    assertThatThrownBy(tokenizer::chat)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no chat template");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{{ messages | nosuch }} ; the filter nosuch",
        "{{ messages[0].content | first }} ; the filter first",
        "{% if messages is iterable %}{% endif %} ; the test iterable",
        "{{ messages[0].content.split('x')[0] }} ; the method split",
        "{% for m in messages[::-1] %}{% endfor %} ; [::",
        "{% for m in messages if m.role %}{% endfor %} ; a loop with a condition",
        "{% for m in messages %}{% else %}{% endfor %} ; a loop with an else",
        "{% set x = 1 %}{% for m in messages %}{% set x = 2 %}{% endfor %} ; the variable x",
        "{% generation %}{% endgeneration %} ; the statement generation",
        "{% include 'x' %} ; the statement include",
        "{{ messages and 'x' }} ; what is true or false",
        "{{ messages | tojson }} ; the filter tojson",
        "{{ strftime_now('%Y') }} ; strftime_now",
        "{{ unknown_function('x') }} ; unknown_function",
        "{{ messages[0].getClass() }} ; getClass",
        "{{ messages[0 }} ; cannot be rendered",
      })
  void whatIsNotRenderedAsInPythonIsRefused(String template, String message) {
    assertThatThrownBy(() -> render(template, TWO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
