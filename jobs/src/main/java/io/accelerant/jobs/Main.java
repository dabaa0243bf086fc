package io.accelerant.jobs;

import io.accelerant.core.artifact.CodeVersion;
import io.accelerant.core.config.Nearest;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point, on the command line and under spark-submit: {@code JOB [options]}. */
@Command(
    name = "accelerant",
    synopsisSubcommandLabel = "JOB",
    description = "Makes generative models faster, on a Spark cluster.",
    subcommands = HelpCommand.class,
    commandListHeading = "%nOther commands:%n",
    footer = {
      "",
      "accelerant help JOB lists the configuration keys of a job. A job reads any number of --conf",
      "FILE and --set key=value; --dry-run checks them, the inputs and the output, and runs nothing.",
      "source <(accelerant completion) completes commands and options in bash and zsh.",
      "",
      "Exit codes: 0 done, 2 bad usage or configuration, 3 bad input data, 4 artifact missing,",
      "corrupt or taken, 5 stopped by a signal after its state was saved, 6 commit state unknown,",
      "1 anything else. Standard output is one line of JSON, everything else is on standard error."
    })
public final class Main implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this text.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Print the version.")
  private boolean version;

  private Main() {}

  public static void main(String[] args) {
    // Spark and Hadoop name files by the locale of the process, with its digits.
    Locale.setDefault(Locale.ROOT);
    int code = run(args, System.out, System.err);
    // A cluster manager that runs the driver itself takes an exit with 0 for an early death.
    if (code != 0 || SparkSettings.submitted().isEmpty()) {
      System.exit(code);
    }
  }

  /**
   * Runs one command in this process.
   *
   * @param out gets the line of JSON
   * @param err gets everything else
   * @return the exit code
   */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, new Console(out, err), Commands.all());
  }

  static int run(String[] args, Console console, List<JobCommand> jobs) {
    CommandLine line = new CommandLine(new Main());
    jobs.forEach(job -> line.addSubcommand(job.name(), job.on(console, args)));
    line.addSubcommand(new ArtifactCommand(console));
    line.addSubcommand(new BenchCommand(console));
    line.addSubcommand(ExplainGpuCommand.on(console, jobs));
    line.addSubcommand("completion", new GenerateCompletion());
    showByPurpose(line, jobs);
    line.getCommandSpec().version("accelerant " + CodeVersion.text());
    line.setExpandAtFiles(false);
    line.setUsageHelpWidth(100);
    line.setOut(new PrintWriter(console.out(), true));
    line.setErr(new PrintWriter(console.err(), true));
    line.setParameterExceptionHandler((e, rest) -> console.fail(command(e), usage(e), false));
    return line.execute(args);
  }

  private static void showByPurpose(CommandLine line, List<JobCommand> jobs) {
    List<String> names = jobs.stream().map(JobCommand::name).toList();
    var sections = line.getHelpSectionMap();
    sections.put(
        UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
        help -> Commands.help(jobs) + help.commandListHeading());
    sections.put(
        UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
        help -> {
          Map<String, Help> others = new LinkedHashMap<>(help.subcommands());
          others.keySet().removeAll(names);
          return help.commandList(others);
        });
  }

  /** No job named. */
  @Override
  public void run() {
    throw new ParameterException(new CommandLine(this), "Name a job or command");
  }

  /** The command as far as it was understood, or else the word that was not. */
  private static String command(ParameterException e) {
    String understood =
        e.getCommandLine()
            .getCommandSpec()
            .qualifiedName()
            .substring("accelerant".length())
            .strip();
    return understood.isEmpty() && e instanceof UnmatchedArgumentException unmatched
        ? unmatched.getUnmatched().get(0)
        : understood;
  }

  private static ConfigException usage(ParameterException e) {
    CommandLine line = e.getCommandLine();
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return new ConfigException(e.getMessage() + "; see accelerant --help.");
    }
    String word = unmatched.getUnmatched().get(0);
    if (word.startsWith("-")) {
      return new ConfigException(
          Text.of(
              "Unknown option %s; the nearest is %s.",
              word, nearest(word, line.getCommandSpec().optionsMap().keySet())));
    }
    if (line.getSubcommands().isEmpty()) {
      return new ConfigException(
          Text.of("Unexpected argument \"%s\"; a setting is given by --set key=value.", word));
    }
    return new ConfigException(
        Text.of(
            "Unknown command %s; the nearest is %s. See accelerant --help.",
            word, nearest(word, line.getSubcommands().keySet())));
  }

  private static String nearest(String word, Set<String> valid) {
    return Nearest.to(word, valid).orElseThrow();
  }
}
