package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;

/** The kinds of teacher that {@code trainTeacher.kind} names. */
final class TeacherKinds {
  private TeacherKinds() {}

  private static boolean isImage(JobConfig config) {
    return config.get(TrainTeacherKeys.KIND).equals("image");
  }

  /** The artifact that is trained on, verified to be of the right kind; needs no Spark. */
  static Artifact data(JobContext context, JobConfig config) {
    return isImage(config) ? ImageKind.data(context, config) : MaskedTextKind.data(context, config);
  }

  static TeacherKind open(JobContext context, JobConfig config) {
    return isImage(config) ? new ImageKind(context, config) : new MaskedTextKind(context, config);
  }
}
