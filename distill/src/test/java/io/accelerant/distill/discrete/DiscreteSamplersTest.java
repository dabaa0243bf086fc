package io.accelerant.distill.discrete;

import org.junit.jupiter.api.Nested;

/** The samplers under their contract. */
class DiscreteSamplersTest {
  private static DiscreteSampler grid(ReverseKernel kernel) {
    return new GridSampler(
        kernel.label(), kernel, GridSampler.uniformTimes(6, 1e-3), ScoreTransform.IDENTITY, true);
  }

  @Nested
  class EulerOnAbsorb extends DiscreteSamplerContract {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new Euler());
    }
  }

  @Nested
  class TweedieOnAbsorb extends DiscreteSamplerContract {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new Tweedie());
    }
  }

  @Nested
  class TauLeapingOnAbsorb extends DiscreteSamplerContract {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new TauLeaping());
    }
  }

  @Nested
  class Mdlm extends DiscreteSamplerContract {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new MdlmAncestral());
    }
  }

  @Nested
  class FirstHittingOnAbsorb extends DiscreteSamplerContract {
    @Override
    protected DiscreteSampler sampler() {
      return new FirstHitting();
    }
  }

  @Nested
  class EulerOnUniform extends OnUniform {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new Euler());
    }
  }

  @Nested
  class TweedieOnUniform extends OnUniform {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new Tweedie());
    }
  }

  @Nested
  class TauLeapingOnUniform extends OnUniform {
    @Override
    protected DiscreteSampler sampler() {
      return grid(new TauLeaping());
    }
  }

  abstract static class OnUniform extends DiscreteSamplerContract {
    @Override
    protected DiffusionGraph graph() {
      return DiffusionGraph.UNIFORM;
    }
  }
}
