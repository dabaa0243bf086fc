package io.accelerant.distill.teacher;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Norm;
import io.accelerant.core.nn.Positions;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.text.Text;
import java.util.Locale;

/** Transformers of tokens as the configuration describes them. */
final class TextNetworks {
  private TextNetworks() {}

  /**
   * One that looks both ways.
   *
   * @param length longest row
   * @throws io.accelerant.core.error.ConfigException if width and heads do not go together
   */
  static Transformer of(JobConfig config, int vocabulary, int length) {
    int width = config.get(TrainTeacherKeys.WIDTH);
    int heads = config.get(TrainTeacherKeys.HEADS);
    String positions = config.get(TrainTeacherKeys.POSITIONS);
    if (width % heads != 0 || (positions.equals("rotary") && width / heads % 2 != 0)) {
      throw config.invalid(
          TrainTeacherKeys.WIDTH,
          Text.of(
              "= %d does not split into trainTeacher.heads = %d%s.",
              width, heads, positions.equals("rotary") ? " of even width" : ""));
    }
    return new Transformer(
        vocabulary,
        length,
        width,
        config.get(TrainTeacherKeys.LAYERS),
        heads,
        config.find(TrainTeacherKeys.HIDDEN).orElse(4 * width),
        false,
        Positions.valueOf(positions.toUpperCase(Locale.ROOT)),
        Norm.LAYER,
        Activation.GELU_NEW,
        false,
        true,
        config.get(TrainTeacherKeys.TIMED),
        1e-5);
  }
}
