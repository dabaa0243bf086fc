package io.accelerant.distill.dcsolver;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.sample.ContinuousSamplerFormat;
import java.util.List;

/**
 * Opens published samplers and polynomials.
 *
 * @param where name of the file, for messages
 * @param source the artifact, or the bare file, with its hash
 */
public record DcSamplers(DcSampler sampler, String where, Manifest.Parent source)
    implements ContinuousSamplerFormat.Learned {
  private static final int LARGEST = 64 << 20;

  /**
   * Opens {@code sampler.json} of an artifact (verified), or a bare JSON file.
   *
   * @throws ArtifactException if there is neither, or it is not what it should be
   */
  public static DcSamplers open(String uri, JobContext context) {
    if (!uri.endsWith(".json")) {
      Artifact artifact =
          Artifact.open(uri, context.hadoop()).requireKind(DcSolverJob.KIND, "a fitted sampler");
      String where = artifact.uri() + "/sampler.json";
      return new DcSamplers(
          DcSampler.fromJson(artifact.readJson("sampler.json"), where),
          where,
          new Manifest.Parent("sampler", artifact.uri(), artifact.contentHash()));
    }
    try {
      InputFile file = InputFile.read(uri, context.hadoop(), LARGEST);
      return new DcSamplers(
          DcSampler.fromJson(file.json(), uri),
          uri,
          new Manifest.Parent("sampler", uri, file.sha256()));
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }

  @Override
  public SolverSettings settings() {
    return sampler.settings();
  }

  @Override
  public List<String> guidances() {
    return sampler.ratios().keySet().stream()
        .map(key -> key.replaceFirst(".*\\.cfg", ""))
        .distinct()
        .toList();
  }

  @Override
  public int[] steps(double guidance) {
    return sampler.ratios().entrySet().stream()
        .filter(e -> e.getKey().equals(DcSampler.key(e.getValue().length, guidance)))
        .mapToInt(e -> e.getValue().length)
        .toArray();
  }

  @Override
  public double[] ratios(int steps, double guidance) {
    return sampler.ratios(steps, guidance, where);
  }

  @Override
  public void requireModel(ContinuousSource model) {
    sampler.requireModel(model, where);
  }

  /** Coefficients and where they came from. */
  public record Polynomial(CascadePolynomial polynomial, Manifest.Parent source)
      implements ContinuousSamplerFormat.Ratios {
    @Override
    public double[] ratios(int steps, double guidance) {
      return polynomial.ratios(steps, guidance);
    }
  }

  /**
   * Opens 36 numbers: a .npy or JSON file, or the artifact of a dc-solver run.
   *
   * @throws DataException if it holds something else
   * @throws ArtifactException if the artifact has none
   */
  public static Polynomial polynomial(String uri, JobContext context) {
    if (uri.endsWith(".npy") || uri.endsWith(".json")) {
      InputFile file = InputFile.read(uri, context.hadoop(), LARGEST);
      return new Polynomial(
          DcSampler.polynomial(file.content(), uri),
          new Manifest.Parent("cpr", uri, file.sha256()));
    }
    DcSamplers found = open(uri, context);
    CascadePolynomial polynomial =
        found
            .sampler()
            .cpr()
            .orElseThrow(
                () ->
                    new ArtifactException(
                        found.where()
                            + " holds no cpr: it takes 3 numbers of steps and 3 guidances to fit one."));
    return new Polynomial(
        polynomial, new Manifest.Parent("cpr", found.source().uri(), found.source().contentHash()));
  }
}
