package io.accelerant.distill.certainty;

import io.accelerant.distill.decode.compare.Calibration;
import io.accelerant.distill.decode.compare.Compared;
import java.io.Serializable;

/**
 * What a model did under all decoders, as a stage keeps it.
 *
 * @param fit on the prompts that choose
 * @param test on those that are reported
 * @param calibration of the latter, their texts half masked
 */
record Answered(Compared fit, Compared test, Calibration calibration) implements Serializable {}
