package io.accelerant.distill.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.data.Alphabet;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.RecordJson;
import io.accelerant.core.lm.NgramCounts;
import io.accelerant.core.lm.NgramModel;
import io.accelerant.distill.discrete.DiscreteSampler.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredTest {
  private static final int V = 4;
  private static final int LENGTH = 4;

  private static Measured measure(int... tokens) {
    return Measured.of(new Samples(tokens, 9, 5, 3), V, LENGTH, new SampleMeter.Countdown(), 1234);
  }

  /** 3 2 1 0 has no error; of 3 1 0 2 the first pair is one, and after 0 anything may come. */
  private static final Measured HALF = measure(3, 2, 1, 0, 3, 1, 0, 2);

  @Test
  void transitionErrorIsTheShareOfAllPairs() {
    assertThat(HALF.samples()).isEqualTo(2);
    assertThat(HALF.ratio()).isEqualTo(1.0 / 6);
    assertThat(measure(3, 2, 1, 0, 0, 0, 3, 2).ratio()).isZero();
    assertThat(measure(3, 3, 1, 1).ratio()).isEqualTo(1);
  }

  @Test
  void sequenceErrorIsTheShareOfSequencesWithAny() {
    assertThat(HALF.anyError()).isEqualTo(0.5);
    assertThat(measure(3, 3, 1, 1).anyError()).isEqualTo(1);
  }

  @Test
  void symbolsAndNeighboursAreCountedInsideSequences() {
    assertThat(HALF.symbols()).containsExactly(2, 2, 2, 2);
    assertThat(HALF.pairCounts()).hasSize(16);
    assertThat(HALF.pairCounts()[3 * V + 2]).isEqualTo(1);
    assertThat(HALF.pairCounts()[1 * V + 0]).isEqualTo(2);
    assertThat(HALF.pairCounts()[0 * V + 3]).isZero(); // would cross into the next sequence
    assertThat(HALF.entropy()).isCloseTo(Math.log(4), within(1e-15));
    double corrected = Math.log(4) + 3.0 / 16; // four symbols seen in eight draws
    assertThat(HALF.entropyMillerMadow()).isCloseTo(corrected, within(1e-15));
    assertThat(HALF.entropyGap(2 * corrected)).isCloseTo(0.5, within(1e-15));
  }

  @Test
  void bigramTvIsAgainstCountsOrProbabilities() {
    double[] own = HALF.pairCounts();
    assertThat(HALF.bigramTv(own)).isZero();
    double[] far = new double[16];
    far[0] = 1;
    assertThat(HALF.bigramTv(far)).isEqualTo(1);
  }

  @Test
  void whatTheSamplesCostIsKept() {
    assertThat(HALF.evaluations()).isEqualTo(9);
    assertThat(HALF.clipped()).isEqualTo(5);
    assertThat(HALF.leftMasked()).isEqualTo(3);
    assertThat(HALF.nanos()).isEqualTo(1234);
  }

  @Test
  void aStageSavesItBitByBit() {
    Measured whole = Measured.concatenate(List.of(HALF, measure(3, 1, 0, 2)));
    byte[] saved = CanonicalJson.bytes(RecordJson.tree(whole));
    Object read = CanonicalJson.readObject(saved, "stage");
    assertThat(RecordJson.read(read, Measured.class, "stage"))
        .usingRecursiveComparison()
        .isEqualTo(whole);
  }

  @Test
  void batchesTogetherAreTheWhole() {
    Measured whole = Measured.concatenate(List.of(measure(3, 2, 1, 0), measure(3, 1, 0, 2)));
    assertThat(whole.main()).isEqualTo(HALF.main());
    assertThat(whole.symbols()).isEqualTo(HALF.symbols());
    assertThat(whole.pairs().length).isEqualTo(2);
    assertThat(whole.pairCounts()).isEqualTo(HALF.pairCounts());
    assertThat(whole.without(0).pairCounts()).isEqualTo(measure(3, 1, 0, 2).pairCounts());
    assertThat(whole.clipped()).isEqualTo(10);
    assertThat(whole.leftMasked()).isEqualTo(6);
    assertThat(whole.nanos()).isEqualTo(2468);
    assertThat(whole.evaluations()).isEqualTo(9);
  }

  @Test
  void aSeedHasABoundedNumberOfBlocksThatHoldAllPairs() {
    Measured seed = Measured.ofSeed(java.util.Collections.nCopies(100, HALF));
    assertThat(seed.pairs().length).isEqualTo(32);
    assertThat(seed.samples()).isEqualTo(200);
    assertThat(seed.pairCounts()[1 * V + 0]).isEqualTo(200);
  }

  @Test
  void theDistanceOfLawsIsAMeterToo() {
    SampleMeter meter = new SampleMeter.Bigrams(HALF.pairCounts());
    assertThat(meter.of(HALF)).isZero();
    assertThat(meter.of(measure(3, 3, 3, 3))).isEqualTo(1);
    assertThat(meter.isRatio()).isFalse();
  }

  @Test
  void theJudgeGivesNatsASymbol() {
    NgramCounts counts = new NgramCounts(2, Alphabet.LETTERS27.size());
    counts.add(Alphabet.LETTERS27.encode("the cat"));
    NgramModel judge = counts.model(1);
    int[] tokens = Alphabet.LETTERS27.encode("the hat");
    SampleMeter meter = new SampleMeter.Judge(judge);
    double[] measured = meter.measure(tokens, 0, 7);
    assertThat(measured[0] / measured[1]).isCloseTo(judge.nll(tokens), within(1e-12));
    assertThat(meter.measure(Alphabet.LETTERS27.encode("xxthe hat"), 2, 7)).isEqualTo(measured);
    assertThat(meter.mainMetric()).isEqualTo("judgeNll");
    assertThat(meter.unit()).isEqualTo("nats a symbol");
  }
}
