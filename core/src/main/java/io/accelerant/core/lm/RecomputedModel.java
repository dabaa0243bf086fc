package io.accelerant.core.lm;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenStep;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A causal network that reads its whole text anew for every token, one row at a time: slow, in any
 * precision and on any device, and what a cache is held to.
 */
public final class RecomputedModel implements CausalModel {
  private static final int SHORTEST = 16;

  private final TokenStep step;
  private final float[] parameters;
  private final Precision precision;
  private final ProgramPool pool;
  private final Map<Integer, ProgramPool.Lease> leases = new HashMap<>();

  /**
   * @param parameters in the order of the network's layout; not copied
   */
  public RecomputedModel(
      TokenStep step, float[] parameters, Precision precision, ProgramPool pool) {
    this.step = step;
    this.parameters = parameters;
    this.precision = precision;
    this.pool = pool;
  }

  @Override
  public int vocabulary() {
    return step.vocabulary();
  }

  @Override
  public int maximumLength() {
    return step.maximumLength();
  }

  @Override
  public Continuation read(int[][] prompts) {
    return new Rows(prompts);
  }

  @Override
  public void close() {
    leases.values().forEach(ProgramPool.Lease::close);
    leases.clear();
  }

  private Program program(int length) {
    NetworkSpec network = step.network();
    return leases
        .computeIfAbsent(
            length,
            size -> {
              ProgramPool.Lease lease = network.forward(pool, precision, BatchShape.of(1, size));
              lease.program().setParameters(parameters);
              return lease;
            })
        .program();
  }

  /**
   * Length of the program for a text: four times that of the one before, so that a text costs by
   * its own length, however much the network could read.
   */
  static int bucket(int length, int most) {
    long bucket = SHORTEST;
    while (bucket < length) {
      bucket *= 4;
    }
    return (int) Math.min(bucket, most);
  }

  private final class Rows implements Continuation {
    private int[][] texts;

    Rows(int[][] texts) {
      this.texts = texts;
    }

    @Override
    public int rows() {
      return texts.length;
    }

    @Override
    public void logits(int row, double[] logits) {
      int length = texts[row].length;
      int bucket = bucket(length, maximumLength());
      Program program = program(bucket); // what is behind the text, it does not see
      program.set("tokens", Arrays.copyOf(texts[row], bucket)).run();
      double[] all = program.doubles("logits");
      System.arraycopy(all, (length - 1) * vocabulary(), logits, 0, vocabulary());
    }

    @Override
    public void append(int[] tokens) {
      int[][] longer = new int[texts.length][];
      for (int i = 0; i < texts.length; i++) {
        longer[i] = Arrays.copyOf(texts[i], texts[i].length + 1);
        longer[i][texts[i].length] = tokens[i];
      }
      texts = longer;
    }

    @Override
    public void keep(int[] rows) {
      texts = Arrays.stream(rows).mapToObj(row -> texts[row]).toArray(int[][]::new);
    }
  }
}
