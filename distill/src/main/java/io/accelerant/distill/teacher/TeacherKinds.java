package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;

/** The kinds of teacher that {@code trainTeacher.kind} names. */
final class TeacherKinds {
  private TeacherKinds() {}

  private static boolean isImage(JobConfig config) {
    return config.get(TrainTeacherKeys.KIND).equals("image");
  }

  /**
   * The artifact that is trained on, verified to be of the right kind; needs no Spark.
   *
   * @throws io.accelerant.core.error.ConfigException if a key is given that only the other kind has
   */
  static Artifact data(JobContext context, JobConfig config) {
    config.refuse(
        isImage(config) ? TrainTeacherKeys.TEXT_ALONE : TrainTeacherKeys.IMAGE_ALONE,
        Text.of(
            "is for the other kind of teacher, not for trainTeacher.kind = %s; leave it out.",
            config.get(TrainTeacherKeys.KIND)));
    return isImage(config) ? ImageKind.data(context, config) : MaskedTextKind.data(context, config);
  }

  static TeacherKind open(JobContext context, JobConfig config) {
    return isImage(config) ? new ImageKind(context, config) : new MaskedTextKind(context, config);
  }
}
