package io.accelerant.jobs;

import java.util.List;

/** The real entry point with the probe in place of the jobs. */
public final class ProbeMain {
  private ProbeMain() {}

  public static void main(String[] arguments) {
    System.exit(Main.run(arguments, new Console(System.out, System.err), List.of(command())));
  }

  static JobCommand command() {
    return new JobCommand(new ProbeJob());
  }
}
