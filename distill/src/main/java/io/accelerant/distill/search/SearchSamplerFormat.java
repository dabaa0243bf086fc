package io.accelerant.distill.search;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.sample.ContinuousSamplerFormat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Lets {@code sample} draw with the schedules that {@code search-solver} publishes. */
public final class SearchSamplerFormat implements ContinuousSamplerFormat {
  @Override
  public String kind() {
    return SearchSolverJob.KIND;
  }

  @Override
  public Learned open(String uri, JobContext context) {
    Artifact artifact =
        Artifact.open(uri, context.hadoop())
            .requireKind(SearchSolverJob.KIND, "a searched sampler");
    String where = artifact.uri() + "/sampler.json";
    return new Published(
        SearchSampler.fromJson(artifact.readJson("sampler.json"), where),
        where,
        new Manifest.Parent("sampler", artifact.uri(), artifact.contentHash()));
  }

  @Override
  public Ratios predicted(String uri, JobContext context) {
    throw new ArtifactException(uri + " is a schedule of steps, which predicts no ratios.");
  }

  /**
   * A published schedule.
   *
   * @param where name of the file, for messages
   * @param source the artifact with its hash
   */
  record Published(SearchSampler sampler, String where, Manifest.Parent source) implements Learned {
    @Override
    public SolverSettings settings() {
      return sampler.settings();
    }

    @Override
    public List<String> guidances() {
      return List.of(Text.plain(sampler.guidance()));
    }

    @Override
    public int[] steps(double guidance) {
      return guidance == sampler.guidance()
          ? sampler.samplers().keySet().stream().mapToInt(Integer::intValue).toArray()
          : new int[0];
    }

    @Override
    public Optional<StepSampler> stepwise(int steps, double guidance) {
      return Optional.of(sampler.sampler(steps, guidance, where));
    }

    @Override
    public boolean choosesPerStep() {
      return true;
    }

    @Override
    public double[] times(int steps) {
      return sampler.sampler(steps, sampler.guidance(), where).schedule().times();
    }

    /** It compensates nothing. */
    @Override
    public double[] ratios(int steps, double guidance) {
      sampler.sampler(steps, guidance, where);
      double[] ratios = new double[steps];
      Arrays.fill(ratios, 1);
      return ratios;
    }

    @Override
    public void requireModel(ContinuousSource model) {
      sampler.requireModel(model, where);
    }
  }
}
