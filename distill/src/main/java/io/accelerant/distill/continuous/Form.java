package io.accelerant.distill.continuous;

/**
 * Which output a solver stores, and so which exact form of the ODE it discretises (ode-solvers
 * literature: "data prediction" x_t/sigma_t = x_s/sigma_s + int e^lambda m dlambda, or "noise
 * prediction" x_t/alpha_t = x_s/alpha_s - int e^-lambda eps dlambda). The two differ by exchanging
 * alpha and sigma and the sign of the step.
 */
enum Form {
  DATA {
    @Override
    double z(Node s, Node t) {
      return s.lambda() - t.lambda();
    }

    @Override
    double linear(Node s, Node t) {
      return t.sigma() / s.sigma();
    }

    @Override
    double scale(Node t) {
      return t.alpha();
    }
  },
  NOISE {
    @Override
    double z(Node s, Node t) {
      return t.lambda() - s.lambda();
    }

    @Override
    double linear(Node s, Node t) {
      return t.alpha() / s.alpha();
    }

    @Override
    double scale(Node t) {
      return t.sigma();
    }
  };

  /** -h in data form, +h in noise form, with h = lambda_t - lambda_s. */
  abstract double z(Node s, Node t);

  /** Factor of x. */
  abstract double linear(Node s, Node t);

  /** alpha_t in data form, sigma_t in noise form. */
  abstract double scale(Node t);
}
