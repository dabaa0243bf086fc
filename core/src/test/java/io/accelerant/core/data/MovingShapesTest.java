package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MovingShapesTest {
  private static final MovingShapes SHAPES = new MovingShapes(8, 16, 16, 1.5, 1);

  /** Mass and centre of mass of one frame, in pixels. */
  private static double[] moments(byte[] video, int frame) {
    double mass = 0;
    double x = 0;
    double y = 0;
    for (int p = 0; p < 256; p++) {
      double share = (video[frame * 256 + p] & 0xff) / 255.0;
      mass += share;
      x += share * (p % 16 + 0.5);
      y += share * (p / 16 + 0.5);
    }
    return new double[] {mass, x / mass, y / mass};
  }

  @Test
  void aShapeIsWhereItsCentreIs() {
    for (long id = 0; id < 20; id++) {
      MovingShapes.Motion motion = SHAPES.motion(id);
      byte[] video = SHAPES.video(motion);
      for (int frame = 0; frame < 8; frame++) {
        double[] centre = SHAPES.centre(motion, frame);
        double[] found = moments(video, frame);
        assertThat(found[0]).isBetween(14.0, 22.0); // areas 16, 19.6 and 20
        assertThat(found[1]).isCloseTo(centre[0], within(0.2));
        assertThat(found[2]).isCloseTo(centre[1], within(0.2));
      }
    }
  }

  @Test
  void itMovesEvenlyBetweenTheWallsAndTurnsAtThem() {
    int turned = 0;
    for (long id = 0; id < 200; id++) {
      MovingShapes.Motion motion = SHAPES.motion(id);
      double[] before = SHAPES.centre(motion, 0);
      for (int frame = 1; frame < 8; frame++) {
        double[] now = SHAPES.centre(motion, frame);
        assertThat(now[0]).isBetween(3.0, 13.0);
        double step = Math.abs(now[0] - before[0]);
        boolean straight = Math.abs(step - Math.abs(motion.speedX())) < 1e-12;
        assertThat(straight || step < Math.abs(motion.speedX())).isTrue();
        turned += straight ? 0 : 1;
        before = now;
      }
    }
    assertThat(turned).isPositive().isLessThan(200);
  }

  @Test
  void classesAreDrawnEvenlyAndByIdAndSeed() {
    int[] counts = new int[MovingShapes.CLASSES];
    Set<Double> starts = new HashSet<>();
    for (long id = 0; id < 3000; id++) {
      counts[SHAPES.motion(id).label()]++;
      starts.add(SHAPES.motion(id).x());
    }
    assertThat(counts[0]).isBetween(900, 1100);
    assertThat(counts[1]).isBetween(900, 1100);
    assertThat(starts).hasSize(3000);
    assertThat(SHAPES.motion(5)).isEqualTo(SHAPES.motion(5));
    assertThat(new MovingShapes(8, 16, 16, 1.5, 2).motion(5)).isNotEqualTo(SHAPES.motion(5));
  }

  @Test
  void smallFramesHoldWholeShapes() {
    MovingShapes small = new MovingShapes(4, 8, 8, 0.75, 1);
    for (long id = 0; id < 50; id++) {
      byte[] video = small.video(small.motion(id));
      for (int frame = 0; frame < 4; frame++) {
        double mass = 0;
        for (int p = 0; p < 64; p++) {
          mass += (video[frame * 64 + p] & 0xff) / 255.0;
        }
        assertThat(mass).isBetween(7.5, 12.5); // areas 9, 11 and 11.2
      }
    }
  }
}
