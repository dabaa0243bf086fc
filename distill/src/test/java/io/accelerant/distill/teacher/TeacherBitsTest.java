package io.accelerant.distill.teacher;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.train.Bits;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.measure.pixels.PixelRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights that the two kinds of teachers had before losses were objectives. */
class TeacherBitsTest {
  private static final int ROUNDS = 6;

  private static float[] trained(Loss loss, List<byte[]> records) {
    Training training =
        Training.of(
                OptimizerSpec.adamW(0.9, 0.99, 1e-8, 0.01), LearningRate.cosine(2e-3, 1e-4, ROUNDS))
            .clipped(0.5)
            .averaged(new ExponentialAverage(0.9, true), 1);
    Engine.start(1, "auto");
    Flat initial = Flat.of(Precision.FLOAT32, loss.network().initial(3));
    MemoryShards shards = new MemoryShards(records.size(), records::get, 0);
    long[] all = LongStream.range(0, records.size()).toArray();
    try (ProgramPool pool = new ProgramPool(1);
        Roles roles =
            new Roles(Precision.FLOAT32).trained(Loss.NETWORK, loss.network(), training, initial);
        LocalRound workers = new LocalRound(shards, pool, Precision.FLOAT32, 42)) {
      new Trainer(workers, roles, ROUNDS).train(new GradientStep(loss), Draw.chosen(round -> all));
      return roles.averages(Loss.NETWORK).floats();
    }
  }

  private static List<int[]> tokens(int length, int symbols) {
    List<int[]> records = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int[] tokens = new int[length];
      for (int j = 0; j < length; j++) {
        tokens[j] = (i * 5 + j * j + i * j) % symbols;
      }
      records.add(tokens);
    }
    return records;
  }

  @ParameterizedTest
  @CsvSource("4b14f1d9, d1af3e7047c0d1dd")
  void maskedTextTrainsToTheBitsOnRecord(String fingerprint, String hash) {
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 5);
    Transformer network =
        Transformer.gpt2(6, 12, 16, 2, 2).withCausal(false).withPositions(Positions.ROTARY);
    MaskedTextLoss loss = new MaskedTextLoss(network, process, 12, 1e-3, 4);
    Bits.assertBits(
        trained(loss, tokens(12, 5).stream().map(MaskedTextLoss::record).toList()),
        Map.of(fingerprint, hash));
  }

  @ParameterizedTest
  @CsvSource("4b14f1d9, 2d168bc7d05ed675")
  void noisePredictionTrainsToTheBitsOnRecord(String fingerprint, String hash) {
    PatchTransformer network = new PatchTransformer(1, 8, 4, 16, 2, 2, 32, 3, false);
    NoisePredictionLoss loss = new NoisePredictionLoss(network, VpLinear.standard(), 1e-3, 0.2, 4);
    List<byte[]> images = new ArrayList<>();
    for (int[] pixels : tokens(64, 251)) {
      byte[] image = new byte[pixels.length];
      for (int p = 0; p < image.length; p++) {
        image[p] = (byte) pixels[p];
      }
      images.add(PixelRecord.pack(images.size() % 3, image));
    }
    Bits.assertBits(trained(loss, images), Map.of(fingerprint, hash));
  }
}
