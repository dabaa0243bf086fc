package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kernel as a user names it; what is not named follows from the features.
 *
 * @param type polynomial, rbf or mixture
 * @param gamma of polynomial and rbf; default 1 / width
 * @param sigmas of mixture; default: the median's factors
 * @param factors of the median squared distance of the data
 */
record KernelSettings(
    String type,
    int degree,
    Optional<Double> gamma,
    double offset,
    List<Double> sigmas,
    List<Double> factors)
    implements Serializable {
  static final String POLYNOMIAL = "polynomial";
  static final String RBF = "rbf";
  static final String MIXTURE = "mixture";
  static final List<String> TYPES = List.of(POLYNOMIAL, RBF, MIXTURE);

  static final Key<String> TYPE =
      Key.string(
              "mmd.kernel.type",
              "polynomial: (gamma x.y + offset)^degree; rbf: exp(-gamma |x-y|^2); mixture: the mean"
                  + " of Gaussians of several widths")
          .oneOf(POLYNOMIAL, RBF, MIXTURE)
          .withDefault(MIXTURE);
  static final Key<Integer> DEGREE =
      Key.integer("mmd.kernel.degree", "Of polynomial").between(1, 16).withDefault(3);
  static final Key<Double> GAMMA =
      Key.number("mmd.kernel.gamma", "Of polynomial and rbf; default: 1 / number of features")
          .between(1e-12, 1e12)
          .optional();
  static final Key<Double> OFFSET =
      Key.number("mmd.kernel.offset", "Of polynomial").between(0, 1e12).withDefault(1.0);
  static final Key<List<Double>> SIGMAS =
      Key.numbers(
              "mmd.kernel.sigmas",
              "Of mixture: mean of exp(-|x-y|^2 / (2 sigma^2)); default: by mmd.kernel.factors")
          .between(1e-12, 1e12)
          .optional();
  static final Key<List<Double>> FACTORS =
      Key.numbers(
              "mmd.kernel.factors",
              "Of mixture without sigmas: mean of exp(-|x-y|^2 / (q m)), m the median squared"
                  + " distance of the data")
          .between(1e-12, 1e12)
          .withDefault(Kernel.Gaussians.FACTORS);

  static final List<Key<?>> KEYS = List.of(TYPE, DEGREE, GAMMA, OFFSET, SIGMAS, FACTORS);

  KernelSettings {
    sigmas = List.copyOf(sigmas);
    factors = List.copyOf(factors);
  }

  static KernelSettings of(JobConfig config) {
    return new KernelSettings(
        config.get(TYPE),
        config.get(DEGREE),
        config.find(GAMMA),
        config.get(OFFSET),
        config.find(SIGMAS).orElse(List.of()),
        config.get(FACTORS));
  }

  /** These settings with what a JSON object names, by the last part of the keys. */
  KernelSettings with(JsonReader json) {
    json.refuseOthers(
        Set.of("type", "degree", "gamma", "offset", "sigmas", "factors"), "is not known");
    String named = json.has("type") ? json.text("type") : type;
    if (!TYPES.contains(named)) {
      throw json.expected("type", "one of " + TYPES);
    }
    return new KernelSettings(
        named,
        json.has("degree") ? json.whole("degree") : degree,
        json.has("gamma") ? Optional.of(json.number("gamma")) : gamma,
        json.has("offset") ? json.number("offset") : offset,
        json.has("sigmas") ? list(json.numbers("sigmas")) : sigmas,
        json.has("factors") ? list(json.numbers("factors")) : factors);
  }

  private static List<Double> list(double[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  KernelSettings ofType(String other) {
    return new KernelSettings(other, degree, gamma, offset, sigmas, factors);
  }

  /**
   * The kernel for features of these data.
   *
   * @throws DataException if they allow none, such as a median where all rows are equal
   */
  Kernel on(FeatureTable data) {
    double rate = gamma.orElse(1.0 / data.width());
    try {
      return switch (type) {
        case POLYNOMIAL -> new Kernel.Polynomial(degree, rate, offset);
        case RBF -> new Kernel.Gaussians(new double[] {rate});
        default ->
            sigmas.isEmpty()
                ? Kernel.Gaussians.ofMedian(data, array(factors))
                : Kernel.Gaussians.ofSigmas(array(sigmas));
      };
    } catch (IllegalArgumentException e) {
      throw new DataException("The data allow no such kernel: " + e.getMessage() + ".", e);
    }
  }

  private static double[] array(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
