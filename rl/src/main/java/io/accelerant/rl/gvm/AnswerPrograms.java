package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.BatchShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The programs of an {@link AnswerGraph} that one task has on loan, with the parameters in them.
 * Not thread-safe.
 */
final class AnswerPrograms implements AutoCloseable {
  private final AnswerGraph graph;
  private final Buckets lengths;
  private final float[] parameters;
  private final ProgramPool pool;
  private final Map<Wanted, ProgramPool.Lease> leases = new HashMap<>();

  private record Wanted(BatchShape shape, List<String> by) {}

  /** Reads what a program that has run says. */
  interface Reader {
    /**
     * @param numbers which row lies in each place of the batch
     * @param length of the places
     */
    void read(Program program, List<Integer> numbers, int length);
  }

  /**
   * @param lengths of what is read, for which programs are built
   * @param parameters in the order of the network's layout; not copied
   */
  AnswerPrograms(AnswerGraph graph, Buckets lengths, float[] parameters, ProgramPool pool) {
    this.graph = graph;
    this.lengths = lengths;
    this.parameters = parameters;
    this.pool = pool;
  }

  /**
   * Runs rows in batches, those of one bucket together, in their order.
   *
   * @param batch rows of a program
   * @param by tensors by which the sum is differentiated
   */
  void run(List<GradientNorms.Row> rows, int batch, List<String> by, Reader reader) {
    Map<Integer, List<Integer>> buckets = new TreeMap<>();
    for (int i = 0; i < rows.size(); i++) {
      buckets.computeIfAbsent(lengths.fit(rows.get(i).read()), l -> new ArrayList<>()).add(i);
    }
    buckets.forEach(
        (length, numbers) -> {
          Program program = program(new Wanted(BatchShape.of(batch, length), by));
          for (int from = 0; from < numbers.size(); from += batch) {
            List<Integer> some = numbers.subList(from, Math.min(numbers.size(), from + batch));
            AnswerInputs inputs = new AnswerInputs(batch, length);
            for (int at = 0; at < some.size(); at++) {
              GradientNorms.Row row = rows.get(some.get(at));
              inputs.put(at, row.prompt(), row.answer());
            }
            inputs.set(program);
            program.run();
            reader.read(program, some, length);
          }
        });
  }

  private Program program(Wanted wanted) {
    return leases
        .computeIfAbsent(
            wanted,
            w -> {
              ProgramPool.Lease lease = graph.lease(pool, w.shape(), w.by());
              lease.program().setParameters(parameters);
              return lease;
            })
        .program();
  }

  @Override
  public void close() {
    leases.values().forEach(ProgramPool.Lease::close);
    leases.clear();
  }
}
