package io.accelerant.distill.decode;

import io.accelerant.core.lm.Choice;
import io.accelerant.core.lm.TokenLaw;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A row on its way, as a rule sees it after a forward. */
public final class MaskedRow {
  /** Of {@link #law} before the first one is asked for. */
  private static final int NO_POSITION = -1;

  private final MaskedDecoding.Request request;
  private final int[] committedAt;
  private final double[] logP;
  private final double[] entropy;
  private final int mask;
  private final Blocks blocks;
  private final UnmaskRule.Steps steps;

  private int forwards;
  private int rowsRead;
  private int[] tokens;
  private int[] open;

  /** What the row may become, if the rule looks ahead. */
  private List<Continuation> ahead = List.of();

  // what the model said last, and the position that the law is about
  private MaskedModel.Logits logits;
  private int place;
  private Draws draws;
  private TokenLaw law;
  private double[] numbers;
  private int lawOf;

  MaskedRow(MaskedDecoding.Request request, int mask, int blockLength, UnmaskRule.Steps steps) {
    this.request = request;
    this.tokens = request.row().clone();
    this.committedAt = new int[tokens.length];
    this.logP = new double[tokens.length];
    this.entropy = new double[tokens.length];
    this.mask = mask;
    this.steps = steps;
    this.blocks = Blocks.of(masked(), tokens.length, blockLength);
    this.open = blocks.first(masked());
  }

  private int[] masked(int[] row) {
    return IntStream.range(0, row.length).filter(i -> row[i] == mask).toArray();
  }

  private boolean isGiven(int position) {
    return request.row()[position] != mask;
  }

  boolean isDone() {
    return open.length == 0;
  }

  /** Number of tokens. */
  public int length() {
    return tokens.length;
  }

  /** A token, or MASK. */
  public int token(int position) {
    return tokens[position];
  }

  /** Masked positions of the block, rising: those that may be committed. At least one. */
  public int[] open() {
    return open.clone();
  }

  /** Positions of the block that were not given, rising, whether committed or masked. */
  public int[] block() {
    int from = blocks.begin(open[0]);
    return IntStream.range(from, Math.min(from + blocks.length(), tokens.length))
        .filter(i -> !isGiven(i))
        .toArray();
  }

  /** All positions that are masked, those behind the block with them, rising. */
  public int[] masked() {
    return masked(tokens);
  }

  /** Number of the forward, from 1. */
  public int forward() {
    return forwards;
  }

  /** Number of the forward that committed a position; 0 if it was given or is masked. */
  public int committedAt(int position) {
    return committedAt[position];
  }

  /**
   * What the model says of a position.
   *
   * @return valid until another position is asked for
   */
  public TokenLaw law(int position) {
    if (position != lawOf) {
      logits.at(place, position, numbers);
      law.set(numbers);
      lawOf = position;
    }
    return law;
  }

  /** A token of a position, drawn by {@link #law}. */
  public int draw(int position) {
    return law(position).draw(draws.tokens().at(request.prompt(), request.sample(), position));
  }

  /** For what a rule draws at this forward beside tokens. */
  public Choice choice() {
    return draws.positions().at(request.prompt(), request.sample(), forwards);
  }

  /** What the next forward reads: the row, or all that it may become. */
  List<int[]> reads() {
    return ahead.isEmpty() ? List.of(tokens) : ahead.stream().map(Continuation::tokens).toList();
  }

  /**
   * Hears what a model said, and does what the rule says.
   *
   * @param at number of the first of {@link #reads} among the rows that were read
   */
  void forward(MaskedModel.Logits said, int at, TokenLaw with, double[] scratch, Draws by) {
    forwards++;
    rowsRead += reads().size();
    logits = said;
    law = with;
    numbers = scratch;
    draws = by;
    hear(at);
    if (!ahead.isEmpty()) {
      becomeBest(at);
    }
    if (!isDone()) {
      ahead = steps.continuations(this).stream().map(this::continuation).toList();
      if (ahead.isEmpty()) {
        become(continuation(steps.choose(this)));
      }
    }
    logits = null; // it may be large
  }

  /** From now on the law is that of the row that was read there. */
  private void hear(int at) {
    place = at;
    lawOf = NO_POSITION;
  }

  private void becomeBest(int at) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < ahead.size(); k++) {
      show(ahead.get(k).tokens());
      hear(at + k);
      double worth = steps.worth(this, k);
      if (worth > most) {
        most = worth;
        best = k;
      }
    }
    become(ahead.get(best));
    ahead = List.of();
    hear(at + best);
  }

  /** What a row becomes by a commit. */
  private record Continuation(
      UnmaskRule.Commit commit, double[] logP, double[] entropy, int[] tokens) {}

  private Continuation continuation(UnmaskRule.Commit commit) {
    int[] next = tokens.clone();
    double[] said = new double[commit.positions().length];
    double[] entropies = new double[said.length];
    for (int k = 0; k < said.length; k++) {
      int position = commit.positions()[k];
      int token = commit.tokens()[k];
      if (Arrays.binarySearch(open, position) < 0 || next[position] != mask || token == mask) {
        throw new IllegalStateException("a rule commits tokens to open positions alone");
      }
      said[k] = law(position).logP(token);
      entropies[k] = Certainty.entropy(law(position));
      next[position] = token;
    }
    for (int position : commit.again()) {
      if (isGiven(position) || next[position] == mask) {
        throw new IllegalStateException("a rule masks again what it has committed alone");
      }
      next[position] = mask;
    }
    if (masked(next).length >= masked().length) {
      throw new IllegalStateException("a rule leaves fewer positions masked than it finds");
    }
    return new Continuation(commit, said, entropies, next);
  }

  private void become(Continuation next) {
    int[] positions = next.commit().positions();
    for (int k = 0; k < positions.length; k++) {
      logP[positions[k]] = next.logP()[k];
      entropy[positions[k]] = next.entropy()[k];
      committedAt[positions[k]] = forwards;
    }
    for (int position : next.commit().again()) {
      committedAt[position] = 0;
    }
    show(next.tokens());
  }

  private void show(int[] row) {
    tokens = row;
    open = blocks.first(masked());
  }

  Decoded decoded() {
    return new Decoded(
        request.prompt(), request.sample(), tokens, committedAt, logP, entropy, forwards, rowsRead);
  }
}
