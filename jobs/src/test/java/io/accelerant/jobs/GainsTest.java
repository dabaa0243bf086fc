package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of what the methods gain, and the list that it is made of. */
class GainsTest extends SparkTest {
  private static final Path PROJECT = Accelerant.project();

  private static final JobConfig OWN = JobConfig.load(List.of(), List.of(), new GainsJob().keys());

  /** Two rows of one example, which reads what another job has prepared. */
  private static final String LIST =
      """
      gains {
        data = [{
          name = ratios, job = dc-solver, conf = "MIXTURE/dc-solver-mixture.conf", set {
            dcSolver { model = "MIXTURE/models/mixture-16d.json", nfe = [5], iterations = 5 }
            dcSolver { noiseSets = 1, evalNoise = 16, truthSteps = 30 }
          }
        }]
        entries = [
          {
            name = teleport, method = teleportation, measured = error, control = plain
            job = compare-solvers, conf = "small.conf", set { compareSolvers.samplers = ["{ratios}"] }
            results = [{
              of = "3 evaluations", kind = ratio, better = less, value = nfe3.best.teleport.mse
              control = nfe3.best.uniform.mse, interval = verdict.nfe3.teleport
            }]
          }
          {
            name = ddim, method = DDIM, measured = error, control = "the best plain solver"
            job = compare-solvers, conf = "small.conf", set { compareSolvers.samplers = ["{ratios}"] }
            results = [{
              kind = ratio, better = less
              value = nfe3.ddim.time-uniform.mse, control = nfe3.best.uniform.mse
            }]
          }
        ]
      }
      """;

  private static final String SMALL =
      """
      compareSolvers {
        model = "MIXTURE/models/mixture-16d.json"
        schedule = vp-linear
        nfe = [3, 5]
        solvers = [ddim, unipc-2-bh2]
        spacings = [time-uniform]
        teleport { to = [0.6], solvers = [unipc-2-bh2] }
        choice = 8
        count = 16
        truthSteps = 30
      }
      """;

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        text.replace("MIXTURE", PROJECT.resolve("conf").toString())
            .replace("small.conf", folder.resolve("small.conf").toString()));
  }

  private Accelerant.Outcome run(String list, String... sets) throws IOException {
    write("small.conf", SMALL);
    List<String> arguments = new ArrayList<>(List.of("gains", "--conf"));
    arguments.add(write("list.conf", list).toString());
    List<String> all = new ArrayList<>(List.of(sets));
    all.add("run.output=" + folder.resolve("work"));
    all.add("gains.record=" + folder.resolve("docs/gains.json"));
    all.forEach(set -> arguments.addAll(List.of("--set", set)));
    return Accelerant.run(arguments.toArray(String[]::new));
  }

  private Accelerant.Outcome ok(String list, String... sets) throws IOException {
    Accelerant.Outcome outcome = run(list, sets);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return outcome;
  }

  private static long done(Accelerant.Outcome outcome) {
    return outcome.err().lines().filter(line -> line.contains("done already")).count();
  }

  private JsonNode record() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("docs/gains.json").toFile()).get("rows");
  }

  private Path readme() throws IOException {
    return write(
        "README.md", "# Mine\n" + GainRecord.BEGIN + "\nold\n" + GainRecord.END + "\nrest\n");
  }

  @Test
  void measuresOnceAndGoesOn() throws IOException {
    String readme = "gains.readme=" + readme();
    assertThat(done(ok(LIST, readme, "gains.only=[ddim]"))).isZero();
    assertThat(record()).hasSize(1);
    Accelerant.Outcome whole = ok(LIST, readme);
    assertThat(done(whole)).as("data and example, of both rows").isEqualTo(4);
    assertThat(record().fieldNames()).toIterable().containsExactly("teleport", "ddim");
    JsonNode ddim = record().get("ddim");
    JsonNode result = ddim.get("results").get(0);
    double value = result.get("metrics").get("nfe3.ddim.time-uniform.mse").asDouble();
    double control = result.get("metrics").get("nfe3.best.uniform.mse").asDouble();
    assertThat(result.get("number").get(0).asDouble()).isEqualTo(value / control);
    assertThat(ddim.get("seconds").fieldNames()).toIterable().contains("ratios-1", "small-1");
    assertThat(ddim.get("contentHash")).isEqualTo(record().get("teleport").get("contentHash"));
    String text = Files.readString(folder.resolve("README.md"));
    assertThat(text)
        .startsWith("# Mine\n")
        .endsWith(GainRecord.END + "\nrest\n")
        .contains("| DDIM | error, seed 42 | the best plain solver | NOT better, ")
        .contains("3 evaluations: ", "(difference ", "cores, data included")
        .doesNotContain("old");
    assertThat(folder.resolve("work/report.html")).isNotEmptyFile();

    Accelerant.Outcome again = ok(LIST.replace("method = DDIM", "method = DDIM-1"), readme);
    assertThat(again.line().get("contentHash")).isEqualTo(whole.line().get("contentHash"));
    assertThat(Files.readString(folder.resolve("README.md")))
        .isEqualTo(text.replace("| DDIM |", "| DDIM-1 |"));
  }

  @Test
  void keepsTheRowsThatAreNotNamed() throws IOException {
    ok(LIST, "gains.only=[ddim]");
    JsonNode before = record().get("ddim");
    String other = LIST.replace("kind = ratio, better = less\n", "kind = ratio, better = more\n");
    ok(other, "gains.only=[teleport]");
    assertThat(record()).hasSize(2);
    assertThat(record().get("ddim")).isEqualTo(before);
    ok(other, "gains.only=[]");
    assertThat(record().get("ddim")).isEqualTo(before);
    ok(other);
    assertThat(record().get("ddim")).isNotEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "job = compare-solvers, | job = compare-solver, | gains.entries[0].job",
        "{ratios} | {ratio} | {ratio} is no earlier stage",
        "name = ddim | name = teleport | gains.entries has two elements named teleport",
        "\"small.conf\", set | \"gone.conf\", set | gone.conf does not exist",
        "compareSolvers.samplers | compareSolvers.sampler | Unknown key compareSolvers.sampler",
        "method = DDIM | metod = DDIM | gains.entries[1]: method must be a text, is missing",
        "kind = ratio | kind = part | results[0]: kind must be ratio, times or difference",
      })
  void whatIsWrongIsNamedBeforeAnythingRuns(String from, String to, String message)
      throws IOException {
    Accelerant.Outcome outcome = run(LIST.replace(from, to));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains(message);
    assertThat(folder.resolve("work/ratios-1")).doesNotExist();
  }

  @Test
  void whatIsWrongOutsideOfTheListIsNamedToo() throws IOException {
    Accelerant.Outcome unknown = run(LIST, "gains.only=[dim]");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.line().get("error").asText()).contains("dim, which is no row", "is ddim");
    Path unmarked = write("README.md", "# Mine\n");
    Accelerant.Outcome nowhere = run(LIST, "gains.readme=" + unmarked);
    assertThat(nowhere.exitCode()).isEqualTo(2);
    assertThat(nowhere.line().get("error").asText()).contains(GainRecord.BEGIN, GainRecord.END);
    Files.createDirectories(folder.resolve("docs"));
    write("docs/gains.json", "{\"rows\": []}");
    Accelerant.Outcome broken = run(LIST);
    assertThat(broken.exitCode()).isEqualTo(3);
    assertThat(broken.line().get("error").asText()).contains("gains.json");
    assertThat(folder.resolve("work/ratios-1")).doesNotExist();
  }

  /** It ends the run behind all jobs, whose artifacts stay. */
  @Test
  void aMetricThatIsNotThereIsNamed() throws IOException {
    Accelerant.Outcome outcome =
        run(LIST.replace("nfe3.ddim.time-uniform.mse", "nfe3.ddim.time-uniform.mes"));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText())
        .contains("gains.entries[1]", "the nearest is nfe3.ddim.time-uniform.mse");
    assertThat(done(ok(LIST))).isEqualTo(4);
  }

  /** Nothing but places of data is set, and the job takes the file with them. */
  @Test
  void everyEntryIsAnExampleAsItIs() {
    GainList list = GainList.of(OWN);
    for (GainEntry entry : list.entries()) {
      PipelineStage stage = entry.stage();
      assertThat(PROJECT.resolve(entry.conf())).isRegularFile();
      assertThat(stage.sets().values())
          .as(entry.name())
          .allMatch(value -> ((String) value).matches("\\{[a-z-]+}"));
      Map<String, String> data = new HashMap<>();
      for (PipelineStage needed : list.dataOf(stage)) {
        inProject(needed).config(data, "unused", OWN);
        data.put(needed.name(), "out/" + needed.name());
      }
      assertThat(inProject(stage).config(data, "unused", OWN).identity()).isNotEmpty();
    }
    assertThat(list.data())
        .as("data that no row reads")
        .allMatch(
            stage -> list.entries().stream().anyMatch(e -> list.dataOf(e.stage()).contains(stage)));
  }

  private static PipelineStage inProject(PipelineStage stage) {
    return new PipelineStage(
        stage.name(),
        stage.job(),
        stage.files().stream().map(file -> PROJECT.resolve(file).toString()).toList(),
        stage.sets(),
        stage.inputs());
  }

  @Test
  void theTableOfTheProjectIsWhatItsRecordSays() throws IOException {
    Path file = PROJECT.resolve("docs/gains.json");
    GainRecord record =
        GainRecord.read(InputFile.read(file.toString(), new Configuration(), 1 << 24));
    assertThat(record.rows()).isNotEmpty();
    String readme = Files.readString(PROJECT.resolve("README.md"));
    assertThat(record.in(readme, "README.md")).isEqualTo(readme);
    assertThat(record.with(GainList.of(OWN).entries(), Map.of()))
        .as("rows and texts are those of the list: accelerant gains --set gains.only=[]")
        .isEqualTo(record);
  }
}
