package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.random.RandomStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A small regression with noise added by the loss: record = (x, y), both of two doubles. */
public record Regression(Mlp network, int microBatch) implements Loss {
  public static final int BYTES = 32;
  private static final long DATA = RandomStream.purpose("test.data");
  private static final long NOISE = RandomStream.purpose("test.noise");

  public static Regression small() {
    return new Regression(new Mlp(2, List.of(8), 2, Activation.TANH), 4);
  }

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Value x = scopes.graph().input("x", shape.batch(), 2);
    scopes.squaredError(network.apply(scopes.of(NETWORK), x));
  }

  @Override
  public void set(Program program, Batch batch) {
    double[] x = new double[2 * microBatch];
    double[] y = new double[2 * microBatch];
    double[] weights = new double[microBatch];
    for (int i = 0; i < batch.size(); i++) {
      ByteBuffer record = ByteBuffer.wrap(batch.records().get(i));
      RandomStream noise = batch.stream(i, NOISE);
      for (int k = 0; k < 2; k++) {
        x[2 * i + k] = record.getDouble(8 * k) + 0.1 * noise.nextGaussian();
        y[2 * i + k] = record.getDouble(16 + 8 * k);
      }
      weights[i] = 1.0 / batch.union();
    }
    program.set("x", x).set("target", y).set("weights", weights);
  }

  static byte[] record(int id) {
    RandomStream stream = new RandomStream(7, DATA, id, 0);
    double a = stream.nextGaussian();
    double b = stream.nextGaussian();
    return ByteBuffer.allocate(BYTES)
        .putDouble(a)
        .putDouble(b)
        .putDouble(Math.sin(a) + b)
        .putDouble(a * b)
        .array();
  }

  /** Rows 0 .. count-1 in any order and partitioning. */
  public static Dataset<Row> rows(SparkSession spark, int count, int partitions) {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      rows.add(RowFactory.create(3L * id + 5, record(id)));
    }
    return spark
        .createDataFrame(rows, StructType.fromDDL("id BIGINT, record BINARY"))
        .repartition(partitions);
  }

  public Flat initial(Precision precision) {
    return Flat.of(precision, network.initial(1));
  }

  /** The network with these numbers, frozen. */
  public Roles frozen(Precision precision) {
    return new Roles(precision).frozen(NETWORK, network, initial(precision));
  }
}
