package io.accelerant.distill.sample;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.model.network.ImageModel;
import java.util.Arrays;
import java.util.List;

/**
 * The one sampler that a network was trained for, beside it in an artifact: at guidance 1, and good
 * for no other network and no other steps.
 */
public interface OwnSampler extends ContinuousSamplerFormat.Learned {
  /** Holds the sampler and the network. */
  Artifact artifact();

  /** The steps it is good for. */
  int onlySteps();

  /** What was done to the network, such as {@code finetuned}. */
  String done();

  @Override
  default String where() {
    return artifact().uri() + "/" + ImageModel.SAMPLER;
  }

  @Override
  default List<String> guidances() {
    return List.of("1");
  }

  @Override
  default int[] steps(double guidance) {
    return new int[] {onlySteps()};
  }

  @Override
  default double[] ratios(int steps, double guidance) {
    if (steps != onlySteps() || guidance != 1) {
      throw new ArtifactException(
          Text.of(
              "%s was %s for %d steps at guidance 1, not for %d at guidance %s.",
              artifact().uri(), done(), onlySteps(), steps, guidance));
    }
    double[] ratios = new double[steps];
    Arrays.fill(ratios, 1);
    return ratios;
  }

  @Override
  default void requireModel(ContinuousSource model) {
    if (!model.modelHash().equals(artifact().contentHash())) {
      throw new ArtifactException(
          Text.of(
              "%s is the sampler of the network beside it (%s), not of one with content hash %s.",
              where(), artifact().contentHash(), model.modelHash()));
    }
  }

  @Override
  default Manifest.Parent source() {
    return new Manifest.Parent("sampler", artifact().uri(), artifact().contentHash());
  }
}
