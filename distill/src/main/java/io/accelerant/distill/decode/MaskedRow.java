package io.accelerant.distill.decode;

import io.accelerant.core.lm.Choice;
import io.accelerant.core.lm.TokenLaw;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A row on its way, as a rule sees it after a forward. */
public final class MaskedRow {
  /** Of {@link #law} before the first one is asked for. */
  private static final int NO_POSITION = -1;

  private final MaskedDecoding.Request request;
  private final int[] tokens;
  private final int[] committedAt;
  private final double[] logP;
  private final int mask;
  private final int blocksFrom;
  private final int blockLength;
  private final UnmaskRule.Steps steps;

  private int forwards;
  private int[] open;

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
    this.mask = mask;
    this.blockLength = blockLength == 0 ? tokens.length : blockLength;
    this.steps = steps;
    int[] masked = masked();
    boolean suffix = masked.length > 0 && masked[0] == tokens.length - masked.length;
    this.blocksFrom = suffix ? masked[0] : 0;
    this.open = block(masked);
  }

  private int[] masked() {
    return IntStream.range(0, tokens.length).filter(i -> tokens[i] == mask).toArray();
  }

  /** Those of the first block that has any. */
  private int[] block(int[] masked) {
    if (masked.length == 0) {
      return masked;
    }
    int end = blocksFrom + ((masked[0] - blocksFrom) / blockLength + 1) * blockLength;
    return Arrays.stream(masked).takeWhile(i -> i < end).toArray();
  }

  boolean isDone() {
    return open.length == 0;
  }

  /** Tokens, MASK where there is none; not to be changed. */
  int[] tokens() {
    return tokens;
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

  /** Hears what a model said, and does what the rule says. */
  void forward(MaskedModel.Logits said, int at, TokenLaw with, double[] scratch, Draws by) {
    forwards++;
    logits = said;
    place = at;
    law = with;
    numbers = scratch;
    lawOf = NO_POSITION;
    draws = by;
    commit(steps.choose(this));
    open = block(masked());
    logits = null; // it may be large
  }

  private void commit(UnmaskRule.Commit commit) {
    int before = masked().length;
    for (int k = 0; k < commit.positions().length; k++) {
      int position = commit.positions()[k];
      int token = commit.tokens()[k];
      if (tokens[position] != mask || token == mask) {
        throw new IllegalStateException("a rule commits tokens to masked positions alone");
      }
      logP[position] = law(position).logP(token);
      tokens[position] = token;
      committedAt[position] = forwards;
    }
    for (int position : commit.again()) {
      if (committedAt[position] == 0) {
        throw new IllegalStateException("a rule masks again what it has committed alone");
      }
      tokens[position] = mask;
      committedAt[position] = 0;
    }
    if (masked().length >= before) {
      throw new IllegalStateException("a rule leaves fewer positions masked than it finds");
    }
  }

  Decoded decoded() {
    return new Decoded(request.prompt(), request.sample(), tokens, committedAt, logP, forwards);
  }
}
