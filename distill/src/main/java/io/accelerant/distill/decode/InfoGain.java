package io.accelerant.distill.decode;

import io.accelerant.core.lm.Choice;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The Info-Gain sampler (dllm-decoders.md 7): one position at a time, chosen by looking one forward
 * ahead. Candidates are the most confident position and others drawn by {@code exp(c /
 * temperature)}, c = max p; the row becomes the one with the highest {@code -C - H}, where C is the
 * entropy of the position before it is committed and H the mean entropy of all that is masked
 * after. The forward of the candidates is the next one of the row. A block of which every position
 * is confident is filled at once.
 *
 * @param candidates at most so many, drawn ones that are equal counted once
 * @param temperature of positions
 * @param bypass confidence that fills a block
 * @param variant what a candidate is worth
 */
record InfoGain(int candidates, double temperature, double bypass, Variant variant)
    implements UnmaskRule {
  /** What a candidate is worth. */
  enum Variant {
    /** {@code -C - H}. */
    COST,
    /** {@code -H}: LookUM. */
    LOOKUM
  }

  @Override
  public String label() {
    return Text.of(
        "info-gain, threshold %s, %d candidates, temperature %s, %s",
        bypass, candidates, temperature, variant);
  }

  @Override
  public Steps begin() {
    return new Look();
  }

  private final class Look implements Steps {
    private double[] costs;

    @Override
    public List<Commit> continuations(MaskedRow row) {
      int[] positions = isSure(row) ? new int[0] : candidates(row);
      if (positions.length < 2) {
        return List.of();
      }
      costs =
          Arrays.stream(positions)
              .mapToDouble(i -> variant == Variant.COST ? Certainty.entropy(row.law(i)) : 0)
              .toArray();
      return Arrays.stream(positions).mapToObj(i -> Commit.drawn(row, i)).toList();
    }

    @Override
    public double worth(MaskedRow row, int continuation) {
      double next =
          Arrays.stream(row.masked())
              .mapToDouble(i -> Certainty.entropy(row.law(i)))
              .average()
              .orElse(0);
      return -costs[continuation] - next;
    }

    @Override
    public Commit choose(MaskedRow row) {
      return Commit.drawn(row, isSure(row) ? row.open() : Order.CONFIDENCE.first(row, 1));
    }
  }

  private boolean isSure(MaskedRow row) {
    return Arrays.stream(row.open()).allMatch(i -> Certainty.confidence(row.law(i)) >= bypass);
  }

  /** Distinct, the most confident position first. */
  private int[] candidates(MaskedRow row) {
    Ranking ranking = Ranking.of(row, Certainty::logConfidence);
    double[] c = Arrays.stream(ranking.scores()).map(StrictMath::exp).toArray();
    double[] weights =
        Arrays.stream(c).map(one -> StrictMath.exp((one - c[0]) / temperature)).toArray();
    Choice choice = row.choice();
    return IntStream.concat(
            IntStream.of(0),
            IntStream.range(1, candidates).map(k -> choice.choose(weights, weights.length)))
        .distinct()
        .map(rank -> ranking.positions()[rank])
        .toArray();
  }
}
