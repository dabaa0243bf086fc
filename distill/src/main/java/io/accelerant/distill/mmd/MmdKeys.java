package io.accelerant.distill.mmd;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code mmd} job. */
final class MmdKeys {
  static final Key<List<String>> OF =
      Key.strings(
              "mmd.of",
              "Only compute value, gradient and Frechet distance of two files of features, samples"
                  + " and reals: [[..], ..] or {\"x\": [[..], ..], \"labels\": [..]}, or JSON"
                  + " lines")
          .optional();
  static final Key<String> CHAIN =
      Key.string(
              "mmd.chain",
              "Only compute samples, value and gradients of a DDIM chain with eps = W x + b: a file"
                  + " {\"W\", \"b\", \"tau\": steps of 0..999, \"noise\", \"reals\", optional"
                  + " \"schedule\", \"kernel\", \"estimator\"}")
          .optional();
  static final Key<String> ESTIMATOR =
      Key.string("mmd.estimator", "unbiased leaves out the diagonals")
          .oneOf("unbiased", "biased")
          .withDefault("unbiased");
  static final Key<String> CONDITIONAL =
      Key.string(
              "mmd.conditional",
              "joint: samples have the classes of the data, and classes are compared"
                  + " (mmd.classShare); marginal: they have them, but only images are compared,"
                  + " which cannot see exchanged classes; none: sampled without class")
          .oneOf("joint", "marginal", "none")
          .withDefault("joint");
  static final Key<Double> CLASS_SHARE =
      Key.number(
              "mmd.classShare",
              "s of the class kernel 1 - s + s [c = c'] of joint: 1 compares within classes only,"
                  + " which wants many samples of each")
          .between(0, 1)
          .withDefault(1.0);

  static final List<Key<?>> ALL =
      RunKeys.and(
          Stream.of(List.of(OF, CHAIN, ESTIMATOR, CONDITIONAL, CLASS_SHARE), KernelSettings.KEYS)
              .<Key<?>>flatMap(List::stream)
              .toList());

  private MmdKeys() {}

  /** s of the class kernel. */
  static double share(JobConfig config) {
    return config.get(CONDITIONAL).equals("joint") ? config.get(CLASS_SHARE) : 0;
  }
}
