package io.accelerant.core.lm;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Plain sampling from a causal model: token after token until a stop or the longest length. Rows
 * that have ended leave the batch.
 *
 * @param temperature by the number of tokens that a row has, a factor of that of the warp
 * @param maximumTokens longest answer, the stop with it
 * @param stops tokens that end a row
 * @param tokens so many of the logits are those of tokens, the first ones, at most
 */
public record Generation(
    Warp warp, Temperature temperature, int maximumTokens, List<Integer> stops, int tokens)
    implements Serializable {

  /**
   * A row to write.
   *
   * @param prompt id of the prompt
   * @param sample number of the row among those of its prompt
   * @param ids the prompt
   */
  public record Request(long prompt, int sample, int[] ids) {}

  public Generation {
    stops = List.copyOf(stops);
    if (maximumTokens < 1) {
      throw new IllegalArgumentException("an answer has at least one token");
    }
  }

  /** Of models all of whose logits are those of tokens. */
  public Generation(Warp warp, Temperature temperature, int maximumTokens, List<Integer> stops) {
    this(warp, temperature, maximumTokens, stops, Integer.MAX_VALUE);
  }

  /** At the temperature of the warp all along. */
  public Generation(Warp warp, int maximumTokens, List<Integer> stops) {
    this(warp, Temperature.ONE, maximumTokens, stops);
  }

  /** At the temperature of the warp, up to the end that a tokenizer has. */
  public static Generation of(Warp warp, int maximumTokens, Tokenizer tokenizer) {
    return of(warp, Temperature.ONE, maximumTokens, tokenizer);
  }

  /** Up to the end that a tokenizer has, in its tokens: models may have more logits. */
  public static Generation of(
      Warp warp, Temperature temperature, int maximumTokens, Tokenizer tokenizer) {
    return new Generation(
        warp, temperature, maximumTokens, List.of(tokenizer.end()), tokenizer.size());
  }

  /** A row on its way. */
  private static final class Row {
    final Request request;
    final int limit;
    final int[] tokens;
    final double[] logP;
    final double[] logQ;
    int length;
    boolean stopped;

    Row(Request request, int limit) {
      this.request = request;
      this.limit = limit;
      this.tokens = new int[limit];
      this.logP = new double[limit];
      this.logQ = new double[limit];
    }

    boolean ended() {
      return stopped || length == limit;
    }

    Generated generated() {
      return new Generated(
          request.prompt(),
          request.sample(),
          Arrays.copyOf(tokens, length),
          Arrays.copyOf(logP, length),
          Arrays.copyOf(logQ, length),
          stopped);
    }
  }

  /**
   * Writes rows, together. An answer is cut where the model can read no further.
   *
   * @param choices by prompt, sample and number of the token
   * @return in the order of the requests
   * @throws DataException if a prompt is empty or longer than the model reads, or the model gives
   *     no numbers
   */
  public List<Generated> run(CausalModel model, List<Request> requests, Choices choices) {
    List<Row> rows = requests.stream().map(request -> row(request, model)).toList();
    Map<Long, int[]> prompts = new LinkedHashMap<>(); // each is read once for all its samples
    requests.forEach(request -> prompts.putIfAbsent(request.prompt(), request.ids()));
    List<Long> ids = List.copyOf(prompts.keySet());
    int[] promptOf = requests.stream().mapToInt(r -> ids.indexOf(r.prompt())).toArray();
    TokenLaw law = new TokenLaw(warp, model.vocabulary(), Math.min(tokens, model.vocabulary()));
    try (CausalModel.Continuation text = model.read(prompts.values().toArray(int[][]::new))) {
      text.keep(promptOf);
      List<Row> open = rows;
      while (true) {
        draw(text, open, law, choices);
        List<Row> drawn = open;
        int[] on = IntStream.range(0, drawn.size()).filter(i -> !drawn.get(i).ended()).toArray();
        if (on.length == 0) {
          return rows.stream().map(Row::generated).toList();
        }
        if (on.length < drawn.size()) {
          text.keep(on);
          open = Arrays.stream(on).mapToObj(drawn::get).toList();
        }
        text.append(open.stream().mapToInt(row -> row.tokens[row.length - 1]).toArray());
      }
    }
  }

  private Row row(Request request, CausalModel model) {
    int length = request.ids().length;
    if (length == 0 || length > model.maximumLength()) {
      throw new DataException(
          Text.of(
              "Prompt %d has %d tokens; the model reads 1 to %d.",
              request.prompt(), length, model.maximumLength()));
    }
    // the last token is written but never read
    return new Row(request, Math.min(maximumTokens, model.maximumLength() - length + 1));
  }

  private void draw(CausalModel.Continuation text, List<Row> open, TokenLaw law, Choices choices) {
    double[] logits = new double[law.vocabulary()];
    for (int i = 0; i < open.size(); i++) {
      Row row = open.get(i);
      text.logits(i, logits);
      int k = row.length++;
      law.set(logits, temperature.at(k));
      int token = law.draw(choices.at(row.request.prompt(), row.request.sample(), k));
      row.tokens[k] = token;
      row.logP[k] = law.logP(token);
      row.logQ[k] = law.logQ(token);
      row.stopped = stops.contains(token);
    }
  }
}
