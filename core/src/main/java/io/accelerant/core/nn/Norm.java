package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;

/** Normalisation over the last axis. */
public enum Norm implements Named {
  /** Subtracts the mean, divides by the standard deviation; gain and bias. */
  LAYER,
  /** Divides by the root mean square (Zhang and Sennrich 2019); gain only. */
  RMS;

  /** With learned weights {@code name.weight} and, for LAYER, {@code name.bias}. */
  Value apply(Scope scope, String name, Value x, double epsilon) {
    Scope s = scope.in(name);
    Value gain = s.parameter("weight", Initial.ONES, x.size(-1));
    return this == RMS
        ? x.rmsNorm(gain, epsilon)
        : x.layerNorm(gain, s.parameter("bias", Initial.ZEROS, x.size(-1)), epsilon);
  }

  /** Without weights; a modulation follows. */
  Value plain(Scope scope, Value x, double epsilon) {
    int width = x.size(-1);
    Value one = scope.graph().constant(Initial.ONES.draw(null, width), width);
    return this == RMS
        ? x.rmsNorm(one, epsilon)
        : x.layerNorm(one, scope.graph().constant(new double[width], width), epsilon);
  }
}
