package io.accelerant.selection.rs2;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.text.Text;
import io.accelerant.selection.subset.SubsetMode;
import io.accelerant.selection.subset.SubsetPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checked configuration of one run.
 *
 * @param range N of an input {@code range:N}
 */
record Rs2Settings(
    JobConfig config,
    String input,
    OptionalLong range,
    Optional<String> id,
    Optional<String> key,
    boolean approximate,
    double ratio,
    int rounds,
    SubsetMode mode,
    Optional<String> stratify,
    boolean balanced,
    PermutationKind permutation,
    boolean positions,
    boolean emitRows,
    long seed) {
  private static final Pattern RANGE = Pattern.compile("range:(.*)");

  static Rs2Settings of(JobConfig config) {
    Rs2Settings settings =
        new Rs2Settings(
            config,
            config.get(Rs2Keys.INPUT),
            range(config),
            config.find(Rs2Keys.ID),
            config.find(Rs2Keys.KEY),
            config.get(Rs2Keys.APPROXIMATE),
            config.get(Rs2Keys.RATIO),
            config.get(Rs2Keys.ROUNDS),
            SubsetMode.ofLabel(config.get(Rs2Keys.MODE)),
            config.find(Rs2Keys.STRATIFY),
            config.get(Rs2Keys.BALANCED),
            PermutationKind.valueOf(config.get(Rs2Keys.PERMUTATION)),
            config.get(Rs2Keys.POSITIONS),
            config.get(Rs2Keys.EMIT).equals("rows"),
            config.get(RunKeys.SEED));
    settings.check();
    return settings;
  }

  private static OptionalLong range(JobConfig config) {
    Matcher matcher = RANGE.matcher(config.get(Rs2Keys.INPUT));
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    try {
      long rows = Long.parseLong(matcher.group(1));
      if (rows >= 1 && rows <= 1L << 62) {
        return OptionalLong.of(rows);
      }
    } catch (NumberFormatException e) {
      // the message below says what is expected
    }
    throw config.invalid(
        Rs2Keys.INPUT,
        "= range:N needs a whole number N of at least 1, has \"" + matcher.group(1) + "\".");
  }

  private void check() {
    if (!(ratio > 0)) {
      throw config.invalid(Rs2Keys.RATIO, "must be above 0, is " + ratio + ".");
    }
    if (balanced && mode != SubsetMode.WITHOUT_REPLACEMENT) {
      throw config.invalid(
          Rs2Keys.BALANCED,
          Text.of(
              "= true deals the rows of a pass to its rounds; %s = %s has no such pass. Leave one"
                  + " of them out.",
              Rs2Keys.MODE.path(), mode.label()));
    }
    if (approximate && (key.isEmpty() || mode == SubsetMode.WITHOUT_REPLACEMENT)) {
      throw config.invalid(
          Rs2Keys.APPROXIMATE,
          "= true needs rs2.key, and rs2.mode = with-replacement or static: rows drawn one by one"
              + " cannot be disjoint.");
    }
    if (range.isPresent()) {
      refuse(Rs2Keys.ID, id.isPresent(), "range:N has its own column id");
      refuse(Rs2Keys.STRATIFY, stratify.isPresent(), "range:N has no other column");
    }
    if (key.isPresent()) {
      String why = "rs2.key ranks rows by hash, without ids";
      refuse(Rs2Keys.ID, id.isPresent(), why);
      refuse(Rs2Keys.STRATIFY, stratify.isPresent(), why);
      refuse(Rs2Keys.POSITIONS, positions, why);
    }
    range.ifPresent(this::size);
  }

  private void refuse(Key<?> unused, boolean isSet, String why) {
    if (isSet) {
      throw config.invalid(unused, "does not go together with this input: " + why + ".");
    }
  }

  /**
   * k, at least 1.
   *
   * @throws ConfigException if the ratio gives no row
   */
  long size(long rows) {
    long size = SubsetPlan.size(rows, ratio);
    if (size == 0) {
      throw noRow(rows + " rows");
    }
    return size;
  }

  /** The ratio is too small for what it is a share of. */
  ConfigException noRow(String of) {
    return config.invalid(
        Rs2Keys.RATIO, Text.of("= %s of %s is less than half a row; raise it.", ratio, of));
  }

  /** Steps for people. */
  List<String> plan(String output) {
    String ids =
        key.map(k -> "rank rows by the hash of " + k)
            .orElse(
                id.map(column -> "check the dense ids in column " + column)
                    .orElse(
                        range.isPresent()
                            ? "take ids 0 .. " + (range.getAsLong() - 1)
                            : "assign dense ids in stored order and store them"));
    return List.of(
        "read " + input,
        ids,
        Text.of(
            "draw %d rounds of %s of the rows, %s%s%s",
            rounds,
            ratio,
            mode.label(),
            balanced ? ", balanced" : "",
            stratify.map(c -> ", stratified by " + c).orElse("")),
        Text.of("write table round, partitioned by round%s", positions ? ", and positions" : ""),
        "publish to " + output);
  }
}
