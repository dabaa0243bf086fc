package io.accelerant.core.nn;

import static io.accelerant.core.nn.Examples.VIDEO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A patch transformer over frames, and with fewer blocks. */
class PatchTransformerTest {
  private static final BatchShape TWO = BatchShape.of(2);
  private static final List<Integer> KEPT = List.of(0, 2);
  private static final PatchTransformer PRUNED = VIDEO.withKept(KEPT);

  private static float[] whole() {
    return Flat.of(Precision.FLOAT32, Examples.parameters(VIDEO.layout())).floats();
  }

  private static Program filled(Program program, PatchTransformer network, float[] parameters) {
    Examples.fill(program, network, TWO, false);
    program.setParameters(Flat.of(parameters)).run();
    return program;
  }

  /** All parameters are there, one block is skipped. */
  private static Program masked() {
    Graph graph = new Graph(Precision.FLOAT32);
    graph.output("prediction", VIDEO.apply(Scope.on(graph), TWO, KEPT));
    assertThat(graph.parameters()).isEqualTo(VIDEO.layout());
    return filled(graph.forward(), VIDEO, whole());
  }

  @Test
  void aPrunedCopyPredictsTheBitsOfTheMaskedOne() {
    try (Program masked = masked();
        Program pruned =
            filled(PRUNED.forward(Precision.FLOAT32, TWO), PRUNED, VIDEO.pruned(whole(), PRUNED));
        Program all = filled(VIDEO.forward(Precision.FLOAT32, TWO), VIDEO, whole())) {
      assertThat(pruned.floats("prediction")).containsExactly(masked.floats("prediction"));
      assertThat(pruned.floats("prediction")).isNotEqualTo(all.floats("prediction"));
    }
  }

  @Test
  void aPrunedCopyHoldsTheTensorsOfItsBlocksUnderTheirNames() {
    Layout from = VIDEO.layout();
    Layout to = PRUNED.layout();
    float[] numbers = whole();
    float[] kept = VIDEO.pruned(numbers, PRUNED);
    assertThat(to.shapes().keySet())
        .containsExactlyElementsOf(
            from.only(name -> !name.startsWith("blocks.1.")).shapes().keySet());
    for (Layout.Tensor t : to.tensors()) {
      int offset = from.find(t.name()).offset();
      assertThat(Arrays.copyOfRange(kept, t.offset(), t.offset() + t.size()))
          .containsExactly(Arrays.copyOfRange(numbers, offset, offset + t.size()));
    }
  }

  @Test
  void aSkippedBlockHasNoGradient() {
    Graph graph = new Graph(Precision.FLOAT32);
    graph.output("loss", VIDEO.apply(Scope.on(graph), TWO, KEPT).square().mean());
    try (Program program = filled(graph.training("loss"), VIDEO, whole())) {
      Layout.Tensor skipped = VIDEO.layout().find("blocks.1.attn.qkv.weight");
      Layout.Tensor kept = VIDEO.layout().find("blocks.2.attn.qkv.weight");
      float[] gradient = program.gradients().floats();
      assertThat(part(gradient, skipped)).containsOnly(0);
      assertThat(part(gradient, kept)).doesNotContain(0);
    }
  }

  private static float[] part(float[] flat, Layout.Tensor t) {
    return Arrays.copyOfRange(flat, t.offset(), t.offset() + t.size());
  }

  @Test
  void statesStandBeforeAndBehindEachBlock() {
    BlockStates states = new BlockStates(PRUNED);
    assertThat(Networks.of(states.config(), "states")).isEqualTo(states);
    float[] parameters = VIDEO.pruned(whole(), PRUNED);
    try (Program program = filled(states.forward(Precision.FLOAT32, TWO), PRUNED, parameters);
        Program plain = filled(PRUNED.forward(Precision.FLOAT32, TWO), PRUNED, parameters)) {
      assertThat(program.shape(BlockStates.before(0))).containsExactly(2, 8, 8);
      assertThat(program.floats(BlockStates.before(2)))
          .isNotEqualTo(program.floats(BlockStates.before(0)));
      assertThat(program.floats(BlockStates.before(3)))
          .isNotEqualTo(program.floats(BlockStates.before(2)));
      assertThat(program.floats("prediction")).containsExactly(plain.floats("prediction"));
      assertThatThrownBy(() -> program.floats(BlockStates.before(1)))
          .hasMessageContaining("state.1");
    }
  }

  /** What a patch sees and where it is put back: neighbours in time as in space. */
  @Test
  void patchesOfFramesGoWhereTheyCameFrom() {
    Patches patches = new Patches(2, 4, 2, new Frames(4, 2));
    Graph graph = new Graph(Precision.FLOAT64);
    int numbers = 2 * 4 * 4 * 4;
    double[] x = new double[numbers];
    Arrays.setAll(x, i -> i);
    // rows of a patch as they are predicted: (frame, i, j, channel)
    double[] rows = new double[numbers];
    int at = 0;
    for (int p = 0; p < 8; p++) {
      for (int k = 0; k < 16; k++) {
        int frame = 2 * (p / 4) + k / 8;
        int row = 2 * (p / 2 % 2) + k / 4 % 2;
        int column = 2 * (p % 2) + k / 2 % 2;
        rows[at++] = x[((k % 2 * 4 + frame) * 4 + row) * 4 + column];
      }
    }
    graph.output("video", patches.join(graph.input("rows", 1, 8, 16), 2).mul(1));
    try (Program program = graph.forward()) {
      program.set("rows", rows).run();
      assertThat(program.shape("video")).containsExactly(1, 2, 4, 4, 4);
      assertThat(program.doubles("video")).containsExactly(x);
    }
  }

  @Test
  void namesAreThoseOfLatte() {
    assertThat(VIDEO.layout().find("x_embedder.proj.weight").shape())
        .containsExactly(8, 2, 2, 2, 2);
    assertThat(VIDEO.layout().find("temp_embed").shape()).containsExactly(1, 2, 8);
    assertThat(VIDEO.trains("temp_embed")).isFalse();
  }

  @Test
  void blocksThatAreNotThereAreRefused() {
    assertThatThrownBy(() -> VIDEO.withKept(List.of(3))).hasMessageContaining("[3]");
    assertThatThrownBy(() -> VIDEO.withKept(List.of(2, 0))).hasMessageContaining("rise from 0");
    assertThatThrownBy(() -> VIDEO.withKept(List.of())).hasMessageContaining("rise from 0");
    assertThatThrownBy(() -> PRUNED.withKept(List.of(1))).hasMessageContaining("[0, 2]");
    assertThatThrownBy(() -> VIDEO.withFrames(new Frames(4, 3)))
        .hasMessageContaining("multiple of framePatch 3");
  }
}
