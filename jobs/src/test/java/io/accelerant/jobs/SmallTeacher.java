package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A network of text that trains in seconds, and the commands that make it. */
final class SmallTeacher {
  private SmallTeacher() {}

  /** Lines that differ and say little. */
  static Path write(Path source) throws IOException {
    return Files.writeString(
        source,
        IntStream.range(0, 300)
            .mapToObj(i -> Integer.toString(i * 7919 + 1000, 26).replaceAll("[0-9]", "x"))
            .map(w -> Text.of("the line %s speaks of another line %s%n", w, w))
            .collect(Collectors.joining()));
  }

  /** The lines and what was prepared of them on this machine, once for all tests. */
  record Corpus(Path source, Path folder, String contentHash) {}

  static Corpus corpus() {
    return Prepared.CORPUS;
  }

  private static final class Prepared {
    static final Corpus CORPUS = make();

    private static Corpus make() {
      try {
        Path folder =
            Files.createTempDirectory(Accelerant.project().resolve("jobs/target"), "corpus");
        Path source = write(folder.resolve("source.txt"));
        Path corpus = folder.resolve("corpus");
        Accelerant.Outcome outcome = Accelerant.run(prepare(source.toString(), corpus.toString()));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return new Corpus(source, corpus, outcome.line().get("contentHash").asText());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** {@code prepare-text} of those lines. */
  static String[] prepare(String source, String output) {
    return command(
        "prepare-text",
        "prepareText.source=" + source,
        "prepareText.length=16",
        "run.output=" + output);
  }

  /** {@code train-teacher} with a checkpoint every ten rounds; later settings win. */
  static String[] train(String data, String output, int rounds, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "trainTeacher.data=" + data,
                "trainTeacher.width=32",
                "trainTeacher.layers=2",
                "trainTeacher.sampleEvery=0",
                "train.workers=3",
                "train.batch=32",
                "train.rounds=" + rounds,
                "train.checkpointEvery=10",
                "run.output=" + output));
    sets.addAll(List.of(more));
    return command("train-teacher", sets.toArray(String[]::new));
  }

  /** The file, below an output, from whose appearance on a checkpoint counts. */
  static String checkpoint(String output, int round) {
    return Text.of("%s/_checkpoints/round-%08d/manifest.json", output, round);
  }

  /** The round after which a run says that it goes on. */
  static int goesOnAfter(Accelerant.Outcome outcome) {
    assertThat(outcome.err()).contains("goes on after round");
    return Integer.parseInt(outcome.err().replaceAll("(?s).*goes on after round (\\d+)/.*", "$1"));
  }

  private static String[] command(String job, String... sets) {
    List<String> arguments = new ArrayList<>(List.of(job));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    return arguments.toArray(String[]::new);
  }
}
