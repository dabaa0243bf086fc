package io.accelerant.distill.evaluate;

import io.accelerant.core.lm.NgramCounts;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.prompt.Tokenizer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.sql.Row;

/** An n-gram model of the answers that models learn from: how ordinary an answer is. */
final class AnswerJudge {
  private final NgramModel model;
  private final Tokenizer tokenizer;

  private AnswerJudge(NgramModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /** Tokens that were judged. */
  static final class Sum {
    private double nats;
    private long tokens;

    /** Nats per token; empty if there is none. */
    Optional<Double> nll() {
      return tokens == 0 ? Optional.empty() : Optional.of(-nats / tokens);
    }
  }

  /** Of the train split; empty if it is. */
  static Optional<AnswerJudge> of(Prompts prompts, int order, double lambda) {
    Tokenizer tokenizer = prompts.tokenizer();
    NgramCounts counts = new NgramCounts(order, tokenizer.size());
    Iterator<Row> train = prompts.split("train").toLocalIterator();
    boolean any = train.hasNext();
    while (train.hasNext()) {
      Prompt prompt = Prompts.of(train.next());
      int[] answer = Arrays.stream(prompt.open()).map(i -> prompt.ids()[i]).toArray();
      counts.add(AnswerRows.untilEnd(answer, tokenizer));
    }
    return any ? Optional.of(new AnswerJudge(counts.model(lambda), tokenizer)) : Optional.empty();
  }

  /** Adds an answer, unless it holds what no answer can. */
  void add(AnswerRows.Answered answer, Sum sum) {
    if (answer.tokens().isPresent()) {
      add(AnswerRows.untilEnd(answer.tokens().get(), tokenizer), sum);
    } else {
      add(answer.text(), sum);
    }
  }

  /** As {@link #add(AnswerRows.Answered, Sum)}. */
  void add(String text, Sum sum) {
    int[] tokens;
    try {
      tokens = tokenizer.encode(text);
    } catch (IllegalArgumentException e) { // wrong, and so counted by the checker
      return;
    }
    add(tokens, sum);
  }

  private void add(int[] tokens, Sum sum) {
    if (Arrays.stream(tokens).allMatch(token -> token >= 0 && token < model.symbols())) {
      sum.nats += model.logProbability(tokens, 0, tokens.length);
      sum.tokens += tokens.length;
    }
  }
}
