package io.accelerant.distill.certainty;

import io.accelerant.core.lm.SampleCounts;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.report.Table;
import io.accelerant.distill.measure.AnswerJudge;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What answers are like that nobody can call right or wrong. Sure and the same again and again can
 * be had together, so that agreement alone says nothing.
 *
 * @param label whose, and how they were read
 * @param nats per token under an n-gram model of the answers of the train split; NaN without tokens
 * @param distinct4 different runs of four tokens by all; NaN if there is none
 * @param tokens mean before the end
 * @param asBase share of answers that are those of the base at one position a forward
 */
record Written(String label, double nats, double distinct4, double tokens, double asBase) {
  /** Of the judge; with 28 symbols it has some thousand contexts that were seen often. */
  static final int ORDER = 4;

  static final double LAMBDA = 1;

  /**
   * @param answers by prompt
   * @param base answers of the base to the same prompts
   */
  static Written of(
      String label, int[][] answers, int[][] base, AnswerJudge judge, Tokenizer tokenizer) {
    AnswerJudge.Sum sum = new AnswerJudge.Sum();
    SampleCounts counts = new SampleCounts(tokenizer.size());
    int same = 0;
    for (int i = 0; i < answers.length; i++) {
      judge.add(answers[i], sum);
      counts.add(AnswerJudge.untilEnd(answers[i], tokenizer));
      same += tokenizer.decode(answers[i]).equals(tokenizer.decode(base[i])) ? 1 : 0;
    }
    return new Written(
        label,
        sum.nll().orElse(Double.NaN),
        counts.distinct4(),
        counts.symbols() / (double) answers.length,
        same / (double) answers.length);
  }

  /** The answers of the table. */
  static int[][] given(List<Prompt> prompts) {
    return prompts.stream()
        .map(p -> Arrays.stream(p.open()).map(i -> p.ids()[i]).toArray())
        .toArray(int[][]::new);
  }

  static Table table(List<Written> all) {
    Table table =
        Table.of("model", "nats a token", "different", "tokens", "as the base").significant(3);
    for (Written one : all) {
      table.row(one.label, one.nats, one.distinct4, one.tokens, one.asBase);
    }
    return table;
  }

  void metrics(Map<String, Number> metrics) {
    Map.of("nats", nats, "distinct4", distinct4, "tokens", tokens, "asBase", asBase)
        .forEach(
            (name, number) -> {
              if (!number.isNaN()) {
                metrics.put("written." + label + "." + name, number);
              }
            });
  }
}
