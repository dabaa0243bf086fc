package io.accelerant.distill.measure;

import io.accelerant.core.lm.NgramCounts;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/** An n-gram model of the answers that models learn from: how ordinary an answer is. */
public final class AnswerJudge {
  private final NgramModel model;
  private final Tokenizer tokenizer;

  private AnswerJudge(NgramModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /** Tokens that were judged. */
  public static final class Sum {
    private double nats;
    private long tokens;

    /** Nats per token; empty if there is none. */
    public Optional<Double> nll() {
      return tokens == 0 ? Optional.empty() : Optional.of(-nats / tokens);
    }
  }

  /** Of the train split; empty if it is. */
  public static Optional<AnswerJudge> of(Prompts prompts, int order, double lambda) {
    Tokenizer tokenizer = prompts.tokenizer();
    NgramCounts counts = new NgramCounts(order, tokenizer.size());
    Iterator<Prompt> train = prompts.each("train");
    boolean any = train.hasNext();
    while (train.hasNext()) {
      Prompt prompt = train.next();
      int[] answer = Arrays.stream(prompt.open()).map(i -> prompt.ids()[i]).toArray();
      counts.add(untilEnd(answer, tokenizer));
    }
    return any ? Optional.of(new AnswerJudge(counts.model(lambda), tokenizer)) : Optional.empty();
  }

  /** Adds the tokens of an answer before its end, unless one of them can be in no answer. */
  public void add(int[] answer, Sum sum) {
    int[] tokens = untilEnd(answer, tokenizer);
    if (Arrays.stream(tokens).allMatch(token -> token >= 0 && token < model.symbols())) {
      sum.nats += model.logProbability(tokens, 0, tokens.length);
      sum.tokens += tokens.length;
    }
  }

  /** Adds a text, unless it holds what the tokenizer cannot write. */
  public void add(String text, Sum sum) {
    int[] tokens;
    try {
      tokens = tokenizer.encode(text);
    } catch (IllegalArgumentException e) { // wrong, and so counted by the checker
      return;
    }
    add(tokens, sum);
  }

  /** Tokens before the end. */
  public static int[] untilEnd(int[] tokens, Tokenizer tokenizer) {
    return Arrays.stream(tokens).takeWhile(token -> token != tokenizer.end()).toArray();
  }
}
