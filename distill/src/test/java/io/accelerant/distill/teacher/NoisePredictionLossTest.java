package io.accelerant.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.error.DataException;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Batch;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.measure.pixels.PixelRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoisePredictionLossTest {
  private static final int SIZE = 64;
  private static final PatchTransformer NETWORK =
      new PatchTransformer(1, 8, 4, 16, 1, 2, 32, 3, false);

  private static NoisePredictionLoss loss(double dropout, int microBatch) {
    return new NoisePredictionLoss(NETWORK, VpLinear.standard(), 1e-3, dropout, microBatch);
  }

  private static List<byte[]> records(int count) {
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] image = new byte[SIZE];
      for (int p = 0; p < SIZE; p++) {
        image[p] = (byte) (31 * i + 7 * p);
      }
      records.add(PixelRecord.pack(i % 3, image));
    }
    return records;
  }

  private static double value(NoisePredictionLoss loss, double[] parameters, Batch batch) {
    try (Program program = loss.training(Precision.FLOAT64, loss.shape())) {
      program.setParameters(parameters);
      loss.set(program, batch);
      program.run();
      return program.scalar("loss");
    }
  }

  private static double[] parameters() {
    double[] parameters = NETWORK.initial(1);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += 0.05 * StrictMath.sin(i);
    }
    return parameters;
  }

  /** Its last layer begins at zero, so it predicts 0, and E eps^2 = 1. */
  @Test
  void anUntrainedNetworkLosesOne() {
    Batch batch = new Batch(records(64), 0, 64, 7, 0);
    assertThat(value(loss(0.1, 64), NETWORK.initial(1), batch)).isCloseTo(1, within(0.08));
  }

  /** Rows past the end weigh nothing; two parts of a union batch add up to the whole. */
  @Test
  void partsOfAUnionBatchAddUp() {
    List<byte[]> records = records(6);
    double whole = value(loss(0.1, 8), parameters(), new Batch(records, 0, 6, 7, 3));
    double first = value(loss(0.1, 4), parameters(), new Batch(records.subList(0, 4), 0, 6, 7, 3));
    double second = value(loss(0.1, 4), parameters(), new Batch(records.subList(4, 6), 4, 6, 7, 3));
    assertThat(first + second).isCloseTo(whole, within(1e-12));
    assertThat(value(loss(0.1, 8), parameters(), new Batch(records, 0, 6, 7, 4)))
        .isNotEqualTo(whole);
  }

  @Test
  void labelsMatterUnlessTheyAreDropped() {
    List<byte[]> records = records(4);
    List<byte[]> others = records(4);
    others.forEach(record -> record[0] = (byte) ((record[0] + 1) % 3));
    Batch batch = new Batch(records, 0, 4, 7, 0);
    Batch other = new Batch(others, 0, 4, 7, 0);
    assertThat(value(loss(0, 4), parameters(), other))
        .isNotEqualTo(value(loss(0, 4), parameters(), batch));
    assertThat(value(loss(1, 4), parameters(), other))
        .isEqualTo(value(loss(1, 4), parameters(), batch));
  }

  @Test
  void aLabelThatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> PixelRecord.pack(256, new byte[1]))
        .isInstanceOf(DataException.class)
        .hasMessage("label 256 is not in 0..255.");
  }
}
