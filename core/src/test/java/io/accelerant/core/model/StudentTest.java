package io.accelerant.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.nn.Transformer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StudentTest {
  private static final Transformer NETWORK = Transformer.gpt2(4, 8, 16, 1, 2);

  @Test
  void whatMovedStandsInANewArrayAndTheBaseStaysWhatItWas() {
    Student student = new Student(NETWORK, NETWORK);
    float[] base = Flat.of(NETWORK.initial(1)).toFloats();
    float[] before = base.clone();
    float[] moved = student.moving(Flat.of(base)).clone();
    Arrays.fill(moved, 2);
    assertThat(student.merged(base, moved)).contains(2f).doesNotContain(before[0]);
    assertThat(base).isEqualTo(before);
  }
}
