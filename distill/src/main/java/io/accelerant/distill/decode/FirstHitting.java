package io.accelerant.distill.decode;

import io.accelerant.core.lm.Warp;

/**
 * The first-hitting sampler (dllm-decoders.md 5): with n masked positions the next event of the
 * reverse process comes at {@code t u^(1/n)}, at any of them alike, and draws its token from p. A
 * model that is not given the time never reads t; what is left draws exactly what the process
 * would, one position a forward.
 */
record FirstHitting() implements UnmaskRule {
  @Override
  public String label() {
    return "first-hitting";
  }

  @Override
  public Warp warp() {
    return Warp.NONE;
  }

  @Override
  public Steps begin() {
    return OnePerStep.RANDOM.begin();
  }
}
