package io.accelerant.jobs;

import java.util.Locale;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The default locale is that of the whole process, in which several test classes run at a time: the
 * one that changes it and those that must not see it changed take turns. Jobs do not mind it, but
 * the AWS SDK signs requests by it; a process of {@link Main} has the root's.
 */
final class DefaultLocale {
  private static final ReadWriteLock LOCK = new ReentrantReadWriteLock(true);

  private DefaultLocale() {}

  /** Held while nobody changes it. */
  interface Kept extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits until it is as it was, and keeps it so. */
  static Kept kept() {
    LOCK.readLock().lock();
    return LOCK.readLock()::unlock;
  }

  /** In a place with other digits, whose I in lower case has no dot. */
  static <T> T elsewhere(Supplier<T> work) {
    LOCK.writeLock().lock();
    Locale before = Locale.getDefault();
    Locale format = Locale.getDefault(Locale.Category.FORMAT);
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("ar-EG"));
    try {
      return work.get();
    } finally {
      Locale.setDefault(before);
      Locale.setDefault(Locale.Category.FORMAT, format);
      LOCK.writeLock().unlock();
    }
  }
}
