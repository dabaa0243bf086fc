package io.accelerant.selection.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class ChosenTest {
  private static int bytes(Object sent) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sent);
    }
    return bytes.size();
  }

  @Test
  void whatIsSentOfAnUpdateDoesNotGrowWithItsRound() throws IOException {
    Chosen one = new Chosen(0, new long[4], new int[] {4});
    Chosen many = new Chosen(0, new long[4000], new int[] {4, 4000});
    assertThat(bytes(many.draw(0))).isEqualTo(bytes(one.draw(0)));
  }

  @Test
  void sharesAreOfTheRoundsRows() {
    Chosen chosen = new Chosen(7, new long[10], new int[] {4, 10});
    assertThat(chosen.end()).isEqualTo(9);
    assertThat(chosen.from(8)).isEqualTo(4);
    assertThat(chosen.share(7)).isEqualTo(.4);
    assertThat(chosen.share(8)).isEqualTo(.6);
  }
}
