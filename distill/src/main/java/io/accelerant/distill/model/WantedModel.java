package io.accelerant.distill.model;

import io.accelerant.core.config.Key;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Schedule;
import java.util.List;

/**
 * What a run wants of a continuous model.
 *
 * @param schedule that a network was trained with
 * @param skipped blocks of its network that are left out, by their number; empty: none
 * @param skip the key that says so, for messages; null where no key does
 */
public record WantedModel(Schedule schedule, List<Integer> skipped, Key<?> skip) {
  public WantedModel {
    skipped = List.copyOf(skipped);
  }

  /**
   * The blocks of a network that are not skipped, rising.
   *
   * @throws io.accelerant.core.error.ConfigException if one that is skipped is not there, or none
   *     would be left
   */
  List<Integer> kept(PatchTransformer network, ModelName name) {
    List<Integer> own = network.keep();
    for (int block : skipped) {
      if (!own.contains(block)) {
        throw name.config()
            .invalid(
                skip,
                Text.of(
                    "names block %d; the network of %s has %s.",
                    block, name.text(), blocks(network)));
      }
    }
    if (own.size() == skipped.size()) {
      throw name.config()
          .invalid(
              skip,
              Text.of(
                  "names every block; the network of %s has %s, and must keep one.",
                  name.text(), blocks(network)));
    }
    return own.stream().filter(block -> !skipped.contains(block)).toList();
  }

  private static String blocks(PatchTransformer network) {
    List<Integer> own = network.keep();
    return own.size() == network.layers()
        ? Text.of("blocks 0 to %d", network.layers() - 1)
        : "the blocks " + own;
  }

  /**
   * @throws io.accelerant.core.error.ConfigException if blocks are skipped, in a model without any
   */
  void requireWhole(ModelName name) {
    if (!skipped.isEmpty()) {
      throw name.config()
          .invalid(
              skip,
              Text.of(
                  "is for networks that were trained here, but %s = %s is none.",
                  name.key().path(), name.text()));
    }
  }

  /** The whole model. */
  public static WantedModel of(Schedule schedule) {
    return new WantedModel(schedule, List.of(), null);
  }
}
