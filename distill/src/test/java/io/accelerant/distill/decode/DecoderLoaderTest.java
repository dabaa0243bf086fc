package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Python;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.LanguageModel.Kind;
import io.accelerant.core.lm.tokenizer.SymbolTokenizer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.distill.sample.LanguageModels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reader of decoders that comes with a model: numpy and float64, where decoding has float32.
 */
class DecoderLoaderTest {
  private static final SymbolTokenizer DIGITS = SymbolTokenizer.of("0123456789");
  private static final LanguageModel MODEL = LanguageModels.model(Kind.MASKED, DIGITS);

  /** Each commits several positions in some forwards and not all at once. */
  private static final List<Decoder> KNOWN =
      List.of(
          new Decoder(RuleKind.ONE_PER_STEP, RuleSettings.NONE, 5),
          Decoder.at(RuleKind.QUOTA, 3, 8),
          Decoder.at(RuleKind.CONFIDENCE, .6, 0),
          Decoder.at(RuleKind.FACTOR, 1.2, 8),
          Decoder.at(RuleKind.ENTROPY, 1.2, 8),
          Decoder.at(RuleKind.ENTROPY_BUDGET, 1.5, 0));

  @TempDir Path folder;

  /** Gaps anywhere, and an answer behind a prompt. */
  private static int[][] rows() {
    RandomStream stream = new RandomStream(3, RandomStream.purpose("test.tokens"), 0, 0);
    int[][] rows = new int[8][20];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < 20; k++) {
        boolean given = i % 2 == 0 ? k < 4 : stream.nextInt(3) == 0;
        rows[i][k] = given ? stream.nextInt(10) : MODEL.mask();
      }
    }
    return rows;
  }

  private static List<Decoded> decoded(Decoder decoder, int[][] rows, ProgramPool pool) {
    List<MaskedDecoding.Request> requests =
        IntStream.range(0, rows.length)
            .mapToObj(i -> new MaskedDecoding.Request(i, 0, rows[i]))
            .toList();
    try (NetworkMaskedModel model =
        new NetworkMaskedModel(
            MODEL.network(),
            MODEL.vocabulary(),
            MODEL.parameters(),
            NetworkMaskedModel.lengths(MODEL.network(), 20),
            pool)) {
      return decoder.decoding().run(model, requests, Draws.keyed(0));
    }
  }

  private static int evaluations(List<Decoded> answers) {
    return answers.stream().mapToInt(Decoded::evaluations).sum();
  }

  private Path publish(String name, Decoder decoder) {
    Path published = folder.resolve(name);
    LanguageModels.publish(published, Kind.MASKED, DIGITS, decoder);
    return published;
  }

  private String python(String program) throws IOException, InterruptedException {
    Path file = folder.resolve("load.py");
    if (!Files.exists(file)) {
      try (InputStream loader = Decoder.class.getResourceAsStream("load.py")) {
        Files.copy(loader, file);
      }
    }
    return Python.run(
        folder, "import sys, pathlib; sys.path.insert(0, '.'); import load\n" + program);
  }

  @Test
  void readsEachRuleThatItKnowsAsTheDecoderDoes() throws IOException, InterruptedException {
    int[][] rows = rows();
    List<String> expected = new ArrayList<>();
    int open = 0;
    try (ProgramPool pool = new ProgramPool(32)) {
      for (Decoder decoder : KNOWN) {
        publish(decoder.rule().label(), decoder);
        List<Decoded> own = decoded(decoder, rows, pool);
        open = Math.max(open, evaluations(own)); // one per step is the first
        if (decoder.rule() != RuleKind.ONE_PER_STEP) {
          assertThat(evaluations(own))
              .as(decoder.label())
              .isBetween(3 * rows.length, open * 9 / 10);
        }
        own.forEach(
            d -> expected.add(Text.of("(%s, %d)", Arrays.toString(d.row()), d.evaluations())));
      }
    }
    String folders =
        KNOWN.stream()
            .map(decoder -> "\"" + decoder.rule().label() + "\"")
            .collect(Collectors.joining(", ", "[", "]"));
    String found =
        python(
            "for name in "
                + folders
                + ":\n  for row in "
                + Arrays.deepToString(rows)
                + ": print(load.decode(row, pathlib.Path(name)))");
    assertThat(found.lines().toList()).isEqualTo(expected);
  }

  @Test
  void aNetworkOfAnotherLayoutIsReadThroughItsLogits() throws IOException, InterruptedException {
    publish("factor", Decoder.at(RuleKind.FACTOR, 1.2, 8));
    String said =
        python(
            """
            import json
            row, f = %s, pathlib.Path("factor")
            c, w = json.loads((f / "config.json").read_text()), load.tensors(folder=f)
            alone = load.decode(row, f)
            (f / "config.json").write_text(json.dumps(dict(c, norm="rms")))
            try: load.decode(row, f)
            except ValueError as e: print(e)
            print(load.decode(row, f, lambda tokens: load.network(w, c, tokens)) == alone)
            """
                .formatted(Arrays.toString(rows()[0])));
    assertThat(said.lines())
        .containsExactly(
            "config.json: norm is rms, this loader knows layer; give decode the logits of another",
            "True");
  }

  @Test
  void theOthersAreRefusedByName() throws IOException, InterruptedException {
    publish("saber", new Decoder(RuleKind.SABER, RuleSettings.NONE, 0));
    publish(
        "random", new Decoder(RuleKind.ONE_PER_STEP, RuleSettings.NONE.with("order", "random"), 0));
    String said =
        python(
            """
            for name in ("saber", "random"):
              try: load.decode([11, 11], pathlib.Path(name))
              except ValueError as e: print(e)
            """);
    assertThat(said.lines())
        .containsExactly(
            "decoder.json: the rule is saber; this loader knows confidence, entropy,"
                + " entropy-budget, factor, one-per-step, quota",
            "decoder.json: one-per-step in the order random; this loader knows confidence");
  }
}
