package io.accelerant.jobs;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/**
 * The classes that take minutes start together, so that none of them is left to run alone. One
 * thread takes classes from the end of the order and the others take them from its beginning.
 */
public final class LongestFirst implements ClassOrderer {
  private static final List<Class<?>> BEGINNING =
      List.of(S3JobTest.class, JobContractTest.class, S3FaultTest.class, PublishRaceTest.class);
  private static final List<Class<?>> END = List.of(TrainingFaultTest.class);

  @Override
  public void orderClasses(ClassOrdererContext context) {
    context
        .getClassDescriptors()
        .sort(Comparator.comparingInt((ClassDescriptor test) -> place(test.getTestClass())));
  }

  private static int place(Class<?> test) {
    int place = BEGINNING.indexOf(test);
    return place < 0 ? BEGINNING.size() + END.indexOf(test) + 1 : place;
  }
}
