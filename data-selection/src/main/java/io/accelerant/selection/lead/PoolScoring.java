package io.accelerant.selection.lead;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import io.accelerant.core.engine.NativeMemory;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.JavaBytes;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.RowLoss;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.nn.TokenNetwork;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Passes of a model over a pool. Rows are scored in batches by their rank in (length, id), so that
 * none fills another up by much, and a loss has the same bits however Spark cuts the pool.
 *
 * @param table rows of a prompts table
 * @param longest tokens of its longest row
 * @param answer tokens of its longest answer, its end with them
 */
record PoolScoring(
    JobContext context,
    OfflineSettings settings,
    Dataset<Row> table,
    PoolIndex index,
    TokenNetwork network,
    int longest,
    int answer) {

  /** What of a row a model is asked for. */
  enum Reading {
    /** The answer behind its prompt. */
    BEHIND_PROMPT {
      @Override
      Prompt of(Prompt row) {
        return row;
      }

      @Override
      Column length() {
        return size(col("ids"));
      }
    },
    /**
     * The answer alone: behind the last token of its prompt, since a causal model does not predict
     * the first token of a row.
     */
    ALONE {
      @Override
      Prompt of(Prompt row) {
        int last = Math.max(0, row.given().length - 1);
        int[] ids = Arrays.copyOfRange(row.ids(), last, row.ids().length);
        int[] given = IntStream.range(0, Math.min(1, row.given().length)).toArray();
        return new Prompt(row.id(), "", row.answer(), ids, given, row.task());
      }

      @Override
      Column length() {
        return size(col("ids")).minus(size(col("given")));
      }
    };

    abstract Prompt of(Prompt row);

    /** Rises with the number of tokens that are read. */
    abstract Column length();
  }

  /** Cuts by batch: a batch is never on two partitions. */
  private static final class ByBatch extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int partitions;
    private final int batch;

    ByBatch(int partitions, int batch) {
      this.partitions = partitions;
      this.batch = batch;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object rank) {
      return (int) ((Long) rank / batch % partitions);
    }
  }

  /** What a partition found. */
  private record Part(long[] ids, float[] losses) implements Serializable {}

  /**
   * Mean nats a token of each row's answer, in order of id.
   *
   * @param parameters of the network
   */
  float[] losses(Reading reading, float[] parameters) {
    RowLoss loss = RowLoss.of(network, longest, settings.batch()).withAnswer(answer);
    int programs = RowScorer.PROGRAMS * (context.taskSlots() + 1);
    requireMemory(loss, programs);
    EngineSettings engine = settings.engine();
    int batch = settings.batch();
    int most = longest;
    int batches = (index.count() + batch - 1) / batch;
    int wanted =
        settings.partitions() > 0
            ? settings.partitions()
            : 4 * context.spark().sparkContext().defaultParallelism();
    try (Shared<float[]> shared = Shared.of(context, parameters)) {
      FlatMapFunction<Iterator<Tuple2<Long, byte[]>>, byte[]> score =
          rows -> {
            engine.start();
            try (RowScorer scorer =
                new RowScorer(loss, shared.copy(), ProgramPool.ofJvm(programs))) {
              return List.of(JavaBytes.of(part(rows, batch, scorer))).iterator();
            }
          };
      JavaPairRDD<Long, byte[]> ranked =
          table
              .orderBy(reading.length(), col("id"))
              .javaRDD()
              .map(row -> packed(reading.of(Prompts.of(row)), most))
              .zipWithIndex()
              .mapToPair(pair -> new Tuple2<>(pair._2(), pair._1()))
              .repartitionAndSortWithinPartitions(
                  new ByBatch(Math.min(wanted, Math.max(1, batches)), batch));
      return inOrder(engine.stage().on(ranked.mapPartitions(score)).collect());
    }
  }

  /** Asks before a pass, since a container that overruns is killed without a word. */
  private void requireMemory(RowLoss loss, int programs) {
    settings.engine().start();
    try (ProgramPool.Lease lease =
        loss.forward(ProgramPool.ofJvm(programs), Precision.FLOAT32, loss.shape())) {
      NativeMemory.check(
          context.sparkSettings(),
          context.taskSlots(),
          RowScorer.PROGRAMS * lease.program().nativeBytes(),
          (long) Float.BYTES * network.layout().size());
    }
  }

  private static byte[] packed(Prompt row, int longest) {
    byte[] record = PromptRecord.pack(row, longest);
    return ByteBuffer.allocate(Long.BYTES + record.length).putLong(row.id()).put(record).array();
  }

  /** Batches of consecutive ranks; those of other partitions lie between them. */
  private static Part part(Iterator<Tuple2<Long, byte[]>> rows, int batch, RowScorer scorer) {
    List<long[]> ids = new ArrayList<>();
    List<float[]> losses = new ArrayList<>();
    List<byte[]> own = new ArrayList<>();
    long number = -1;
    while (rows.hasNext()) {
      Tuple2<Long, byte[]> row = rows.next();
      if (row._1() / batch != number && !own.isEmpty()) {
        score(own, scorer, ids, losses);
      }
      number = row._1() / batch;
      own.add(row._2());
    }
    if (!own.isEmpty()) {
      score(own, scorer, ids, losses);
    }
    int count = ids.stream().mapToInt(i -> i.length).sum();
    Part part = new Part(new long[count], new float[count]);
    int at = 0;
    for (int i = 0; i < ids.size(); i++) {
      System.arraycopy(ids.get(i), 0, part.ids(), at, ids.get(i).length);
      System.arraycopy(losses.get(i), 0, part.losses(), at, ids.get(i).length);
      at += ids.get(i).length;
    }
    return part;
  }

  private static void score(
      List<byte[]> rows, RowScorer scorer, List<long[]> ids, List<float[]> losses) {
    ids.add(rows.stream().mapToLong(row -> ByteBuffer.wrap(row).getLong()).toArray());
    losses.add(
        scorer.losses(
            rows.stream().map(row -> Arrays.copyOfRange(row, Long.BYTES, row.length)).toList()));
    rows.clear();
  }

  private float[] inOrder(List<byte[]> parts) {
    float[] losses = new float[index.count()];
    for (byte[] bytes : parts) {
      Part part = JavaBytes.value(bytes);
      for (int i = 0; i < part.ids().length; i++) {
        losses[index.row(part.ids()[i])] = part.losses()[i];
      }
    }
    return losses;
  }
}
