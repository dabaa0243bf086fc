package io.accelerant.core.lm;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.ParameterSource;
import io.accelerant.core.engine.Past;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.TokenStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A causal transformer that keeps keys and values, so that every token is computed once. Tokens of
 * prompts and of answers pass through the same programs of 4, 16 or 64 rows, of which the smallest
 * reads its matrices row by row, see {@link io.accelerant.core.engine.Graph#fewRows()}. In products
 * of these heights a row has the same bits (oneDNN's AVX2 kernel on one thread, held by a test;
 * elsewhere up to rounding): what is said of a text does not depend on what is read beside it.
 */
public final class CachedModel implements CausalModel {
  /** Programs that one model leases at a time: of 4, 16 and 64 rows. */
  static final int PROGRAMS = 3;

  /** Rows of the largest. */
  static final int LARGEST = 64;

  private final TokenStep step;
  private final ProgramPool.Family family;
  private final Map<Integer, ProgramPool.Lease> leases = new HashMap<>();

  /**
   * @param parameters in the order of the network's layout; not copied
   */
  public CachedModel(TokenStep step, float[] parameters, ProgramPool pool) {
    this(step, step.family(pool, parameters, ParameterSource.of(Flat.of(parameters))));
  }

  /**
   * @param family memory for the parameters; closed with this
   */
  public CachedModel(TokenStep step, ProgramPool.Family family) {
    this.step = step;
    this.family = family;
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
    family.close();
  }

  private Program program(int rows) {
    return leases.computeIfAbsent(rows, size -> step.lease(family, size)).program();
  }

  /**
   * Rows of the program that reads the next of some tokens: more than half of them are used,
   * because each costs as much, unless they are few, because a program goes through all parameters.
   */
  static int rows(int tokens) {
    for (int size : new int[] {LARGEST, 16}) {
      if (2 * tokens > size) {
        return size;
      }
    }
    return 4;
  }

  private final class Rows implements Continuation {
    private List<Past> pasts = new ArrayList<>();

    /** What was said last, and the place in it of each row. */
    private float[] logits;

    private int[] places;

    Rows(int[][] prompts) {
      List<Past> owners = new ArrayList<>();
      int tokens = Arrays.stream(prompts).mapToInt(p -> p.length).sum();
      int[] read = new int[tokens];
      int[] last = new int[tokens]; // row whose prompt ends here, or -1
      int at = 0;
      for (int[] prompt : prompts) {
        Past past = step.past();
        pasts.add(past);
        for (int token : prompt) {
          owners.add(past);
          last[at] = -1;
          read[at++] = token;
        }
        last[at - 1] = pasts.size() - 1;
      }
      run(owners, read, last);
    }

    @Override
    public int rows() {
      return pasts.size();
    }

    @Override
    public void logits(int row, double[] into) {
      int from = places[row] * vocabulary();
      for (int i = 0; i < into.length; i++) {
        into[i] = logits[from + i];
      }
    }

    @Override
    public void append(int[] tokens) {
      int[] rows = new int[tokens.length];
      Arrays.setAll(rows, i -> i);
      run(pasts, tokens, rows);
    }

    @Override
    public void keep(int[] rows) {
      List<Past> kept = new ArrayList<>();
      for (int row : rows) {
        Past past = pasts.get(row);
        kept.add(kept.contains(past) ? past.copy() : past);
      }
      pasts = kept;
      places = Arrays.stream(rows).map(row -> places[row]).toArray();
    }

    /**
     * @param owners of the tokens
     * @param wanted for each token the row of which it is the last, or -1
     */
    private void run(List<Past> owners, int[] tokens, int[] wanted) {
      logits = new float[pasts.size() * vocabulary()];
      places = new int[pasts.size()];
      Arrays.setAll(places, i -> i);
      for (int from = 0; from < tokens.length; ) {
        int size = CachedModel.rows(tokens.length - from);
        int count = Math.min(size, tokens.length - from);
        Program program = program(size);
        Past[] rows = owners.subList(from, from + count).toArray(new Past[size]);
        program.set("positions", program.attend(rows));
        program.set("tokens", Arrays.copyOf(Arrays.copyOfRange(tokens, from, from + count), size));
        program.run();
        take(program, from, count, wanted);
        from += count;
      }
    }

    private void take(Program program, int from, int count, int[] wanted) {
      if (Arrays.stream(wanted, from, from + count).allMatch(row -> row < 0)) {
        return;
      }
      float[] said = program.floats("logits");
      for (int i = 0; i < count; i++) {
        if (wanted[from + i] >= 0) {
          System.arraycopy(
              said, i * vocabulary(), logits, wanted[from + i] * vocabulary(), vocabulary());
        }
      }
    }
  }
}
