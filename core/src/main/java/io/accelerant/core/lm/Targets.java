package io.accelerant.core.lm;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Map;

/**
 * The positions of a micro-batch whose logits a loss reads. With a large vocabulary, and rows that
 * are longer than what is predicted of them, only those logits are computed: every row then has
 * {@link #most} places, filled in the order of its targets. Otherwise each position has its place,
 * so that small models keep the bits that published artifacts were made with.
 *
 * @param vocabulary classes of the logits
 * @param most targets of a row at most
 */
public record Targets(int vocabulary, int most) implements Serializable {
  private static final String POSITIONS = "positions";

  /**
   * @throws IllegalArgumentException if a row may have no target
   */
  public Targets {
    if (most < 1) {
      throw new IllegalArgumentException("a row must have room for a target, has " + most);
    }
  }

  /** What of this decides a graph besides its shape. */
  public Map<String, Object> config() {
    return vocabulary > Graph.MANY_CLASSES ? Map.of("targets", most) : Map.of();
  }

  private boolean areFew(BatchShape shape) {
    return vocabulary > Graph.MANY_CLASSES && most < shape.length();
  }

  /** Places of a row. */
  public int places(BatchShape shape) {
    return areFew(shape) ? most : shape.length();
  }

  /**
   * The logits in question; declares an input {@code positions} if they are few.
   *
   * @param logits {@code [batch, length, vocabulary]}
   * @return {@code [batch, places, vocabulary]}
   */
  public Value of(Graph graph, Value logits, BatchShape shape) {
    if (!areFew(shape)) {
      return logits;
    }
    Value rows = logits.reshape(-1, logits.size(-1));
    Value positions = graph.indices(POSITIONS, shape.batch() * most);
    return graph.rows(rows, positions).reshape(shape.batch(), most, -1);
  }

  /** The places of a micro-batch, none taken. */
  public Places in(BatchShape shape) {
    return new Places(this, shape);
  }

  /** Which positions have which place. */
  public static final class Places {
    private final BatchShape shape;
    private final boolean few;
    private final int width;
    private final int[] positions;
    private final int[] taken;

    private Places(Targets targets, BatchShape shape) {
      this.shape = shape;
      this.few = targets.areFew(shape);
      this.width = targets.places(shape);
      this.positions = new int[shape.batch() * width];
      this.taken = new int[shape.batch()];
    }

    /** Places of all rows: the length of every input that goes with the logits. */
    public int count() {
      return positions.length;
    }

    /**
     * Gives the next target of a row its place, an index into inputs {@code [batch, places]}.
     *
     * @throws IllegalArgumentException if the row has more targets than it has places
     */
    public int take(int row, int position) {
      if (!few) {
        return row * width + position;
      }
      if (taken[row] == width) {
        throw new IllegalArgumentException(
            Text.of("row %d of a batch has more than %d targets", row, width));
      }
      int place = row * width + taken[row]++;
      positions[place] = row * shape.length() + position;
      return place;
    }

    /** Sets the input that {@link Targets#of} declared. */
    public void set(Program program) {
      if (few) {
        program.set(POSITIONS, positions);
      }
    }
  }
}
