package io.accelerant.core.run;

import io.accelerant.core.artifact.Manifest;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a job is about to do with inputs that it has found.
 *
 * @param inputs by role, with their hashes: together with the configuration they are what is
 *     computed. Asked for once, and not by every dry run, since the hash of a table costs a pass
 * @param plan the steps for people, one a line, given the URI of the output
 * @param make does the work; the output is claimed then
 */
public record Work(
    Supplier<List<Manifest.Parent>> inputs,
    Function<String, List<String>> plan,
    Function<Run, Product> make) {

  /** With inputs whose hashes are known. */
  public static Work on(
      List<Manifest.Parent> inputs,
      Function<String, List<String>> plan,
      Function<Run, Product> make) {
    return new Work(() -> inputs, plan, make);
  }
}
