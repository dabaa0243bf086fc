package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parameters whose gradients are remembered: a part of those that are trained, so that a
 * cluster's memory is a short vector.
 *
 * @param whole layout of all parameters
 * @param trained layout of those that are trained, as gradients are laid out
 * @param part layout of the part
 */
record GradientPart(Layout whole, Layout trained, Layout part) implements Serializable {
  private static final String ALL = "all";
  private static final String BLOCK = "block";

  /** Whatever a family calls its blocks, their number is a part of the name. */
  private static final Pattern OF_BLOCK = Pattern.compile("\\.(\\d+)\\.");

  /**
   * @param which {@code block}, what is trained in the last block that trains anything; {@code
   *     all}; or the end of some names
   * @throws ConfigException if nothing of that name is trained
   */
  static GradientPart of(NetworkSpec network, String which) {
    Layout whole = network.layout();
    Layout trained = whole.only(network::trains);
    Predicate<String> names =
        switch (which) {
          case ALL -> name -> true;
          case BLOCK -> inLastBlock(trained);
          default -> name -> name.endsWith(which);
        };
    Layout part = trained.only(names);
    if (part.size() == 0) {
      throw new ConfigException(
          Text.of(
              "%s is \"%s\", but no parameter that is trained has such a name; they are %s. It is"
                  + " block, all, or the end of some of these names.",
              LeadKeys.GRADIENT_OF.path(), which, trained.shapes().keySet()));
    }
    return new GradientPart(whole, trained, part);
  }

  private static Predicate<String> inLastBlock(Layout trained) {
    List<String> names = trained.tensors().stream().map(Layout.Tensor::name).toList();
    int last = names.stream().mapToInt(name -> block(name).orElse(-1)).max().orElse(-1);
    return name -> last >= 0 && block(name).orElse(-1) == last;
  }

  private static OptionalInt block(String name) {
    Matcher matcher = OF_BLOCK.matcher(name);
    return matcher.find()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /** Numbers of the part. */
  int size() {
    return part.size();
  }

  /** Of a gradient, in float64. */
  double[] ofGradient(Flat gradient) {
    return of(trained, gradient);
  }

  /** Of all parameters, in float64. */
  double[] ofParameters(Flat parameters) {
    return of(whole, parameters);
  }

  private double[] of(Layout from, Flat numbers) {
    Flat own = Flat.zeros(numbers.precision(), part.size());
    from.copy(numbers, part, own);
    return own.toDoubles();
  }
}
