package io.accelerant.rl.policy;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.random.RandomStream;
import io.accelerant.rl.environment.Controller;
import io.accelerant.rl.environment.Environment;
import java.io.Serializable;
import java.util.List;

/**
 * A deterministic policy {@code bound * tanh(mlp((s - mean) / deviation))}. It acts in plain
 * float64: rollouts need one row at a time and the same bits everywhere.
 *
 * @param parameters of the network, in the order of its layout
 * @param bound largest action
 */
public record Policy(Mlp network, float[] parameters, Normaliser normaliser, double bound)
    implements Serializable {

  /** The network of a policy: ReLU layers, one output an action. */
  public static Mlp network(int observationSize, List<Integer> hidden, int actionSize) {
    return new Mlp(observationSize, hidden, actionSize, Activation.RELU);
  }

  /** The start of one network of several. */
  static Flat initial(Mlp network, long seed, String role) {
    long own = RandomStream.mix(seed) ^ RandomStream.purpose(role);
    return Flat.of(Precision.FLOAT32, network.initial(own));
  }

  /** Acts on what the environment shows. */
  public Controller controller(Environment environment) {
    int[] widths = widths();
    return (state, stream) -> act(environment.observe(state), widths);
  }

  /** The action for an observation. */
  public double[] act(double[] observation) {
    return act(observation, widths());
  }

  private int[] widths() {
    int[] widths = new int[network.hidden().size() + 2];
    widths[0] = network.in();
    for (int i = 0; i < network.hidden().size(); i++) {
      widths[i + 1] = network.hidden().get(i);
    }
    widths[widths.length - 1] = network.out();
    return widths;
  }

  private double[] act(double[] observation, int[] widths) {
    double[] x = new double[observation.length];
    for (int k = 0; k < x.length; k++) {
      x[k] = normaliser.apply(observation[k], k);
    }
    int offset = 0;
    for (int layer = 1; layer < widths.length; layer++) {
      boolean last = layer == widths.length - 1;
      x = layer(x, widths[layer], offset, last);
      offset += widths[layer] * (widths[layer - 1] + 1);
    }
    for (int k = 0; k < x.length; k++) {
      x[k] = bound * StrictMath.tanh(x[k]);
    }
    return x;
  }

  /** {@code W x + b} with W {@code [out, in]}, then ReLU unless it is the last layer. */
  private double[] layer(double[] x, int out, int offset, boolean last) {
    double[] y = new double[out];
    for (int o = 0; o < out; o++) {
      double sum = parameters[offset + out * x.length + o];
      int row = offset + o * x.length;
      for (int i = 0; i < x.length; i++) {
        sum += parameters[row + i] * x[i];
      }
      y[o] = last ? sum : Math.max(0, sum);
    }
    return y;
  }

  /** Of the parameters, to check that weight comes before bias in each layer. */
  Layout layout() {
    return network.layout();
  }
}
