package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import io.accelerant.distill.model.network.ImageModel;
import java.util.List;

/** The kinds of teacher that {@code trainTeacher.kind} names. */
final class TeacherKinds {
  private TeacherKinds() {}

  private static boolean isOf(JobConfig config, String kind) {
    return config.get(TrainTeacherKeys.KIND).equals(kind);
  }

  private static boolean isOfPixels(JobConfig config) {
    return isOf(config, ImageModel.KIND) || isOf(config, ImageModel.VIDEO);
  }

  /**
   * The artifacts that are trained on and started from, verified to be of the right kind; needs no
   * Spark.
   *
   * @throws io.accelerant.core.error.ConfigException if a key is given that only other kinds have
   */
  static List<Artifact> inputs(JobContext context, JobConfig config) {
    refuseOthers(config);
    if (isOf(config, ImageModel.KIND)) {
      return List.of(ImageKind.data(context, config));
    }
    if (isOf(config, ImageModel.VIDEO)) {
      return List.of(VideoKind.data(context, config));
    }
    if (isOfPrompts(context, config)) {
      return LanguageKind.inputs(context, config);
    }
    config.refuse(
        TrainTeacherKeys.PROMPTS_ALONE,
        Text.of(
            "is for models of prompts, but trainTeacher.data = %s is none; leave it out.",
            config.get(TrainTeacherKeys.DATA)));
    return List.of(MaskedTextKind.data(context, config));
  }

  private static void refuseOthers(JobConfig config) {
    if (isOfPixels(config)) {
      refuse(config, TrainTeacherKeys.TEXT_ALONE);
      refuse(config, TrainTeacherKeys.PROMPTS_ALONE);
    } else {
      refuse(config, TrainTeacherKeys.PIXELS_ALONE);
    }
    if (!isOf(config, ImageModel.KIND)) {
      refuse(config, TrainTeacherKeys.IMAGE_ALONE);
    }
    if (!isOf(config, ImageModel.VIDEO)) {
      refuse(config, TrainTeacherKeys.VIDEO_ALONE);
    }
  }

  private static void refuse(JobConfig config, List<Key<?>> keys) {
    config.refuse(
        keys,
        Text.of(
            "is for the other kind of teacher, not for trainTeacher.kind = %s; leave it out.",
            config.get(TrainTeacherKeys.KIND)));
  }

  /** A masked model is of windows of text or of prompts, as its data is. */
  private static boolean isOfPrompts(JobContext context, JobConfig config) {
    return config.get(TrainTeacherKeys.KIND).equals(LanguageModel.Kind.CAUSAL.label())
        || Artifact.open(config.get(TrainTeacherKeys.DATA), context.hadoop())
            .manifest()
            .kind()
            .equals(Prompts.KIND);
  }

  static TeacherKind open(JobContext context, JobConfig config) {
    if (isOf(config, ImageModel.KIND)) {
      return new ImageKind(context, config);
    }
    if (isOf(config, ImageModel.VIDEO)) {
      return new VideoKind(context, config);
    }
    return isOfPrompts(context, config)
        ? new LanguageKind(context, config)
        : new MaskedTextKind(context, config);
  }
}
