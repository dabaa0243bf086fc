package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
  /** Records begin with their length; there are buckets of 2 and of 8 tokens. */
  private record Bucketed(Mlp network) implements Loss {
    @Override
    public BatchShape shape() {
      return BatchShape.of(2, 8);
    }

    @Override
    public BatchShape shape(byte[] record) {
      return record[0] <= 2 ? BatchShape.of(3, 2) : shape();
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void set(Program program, Batch batch) {
      throw new UnsupportedOperationException();
    }
  }

  private static Batch batch(int... lengths) {
    List<byte[]> records = new ArrayList<>();
    for (int length : lengths) {
      records.add(new byte[] {(byte) length});
    }
    return new Batch(records, 10, 100, 1, 0);
  }

  @Test
  void examplesOfOneLengthAreComputedTogetherInOrder() {
    Bucketed loss = new Bucketed(new Mlp(1, List.of(), 1, Activation.RELU));
    List<String> pieces = new ArrayList<>();
    batch(8, 1, 2, 5, 2, 7, 1)
        .pieces(
            loss,
            (piece, shape) -> pieces.add(shape.length() + ": " + Arrays.toString(piece.numbers())));
    assertThat(pieces).containsExactly("2: [11, 12, 14]", "2: [16]", "8: [10, 13]", "8: [15]");
  }

  @Test
  void theRandomNumbersOfAnExampleDoNotDependOnItsPiece() {
    Batch whole = batch(1, 2, 3);
    Batch part = new Batch(whole.records().subList(1, 3), 11, 100, 1, 0);
    assertThat(part.stream(0, 7).nextDouble()).isEqualTo(whole.stream(1, 7).nextDouble());
    assertThat(part.stratified(1, 7)).isEqualTo(whole.stratified(2, 7));
  }
}
