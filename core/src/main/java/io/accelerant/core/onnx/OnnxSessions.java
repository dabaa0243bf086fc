package io.accelerant.core.onnx;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The sessions of this JVM, one for each model and place. Tasks open and close a model many times
 * in a run, so a session stays when its last user leaves; the two that were used last are kept.
 */
final class OnnxSessions {
  private static final int KEPT = 2;

  private record Key(String sha256, OnnxSettings settings) {}

  private static final class Entry {
    private final OnnxSession session;
    private int users;

    Entry(OnnxSession session) {
      this.session = session;
    }
  }

  private static final Map<Key, Entry> ENTRIES = new HashMap<>();
  private static final Set<Key> IDLE = new LinkedHashSet<>(); // the longest idle first
  private static int loads;

  private OnnxSessions() {}

  /** The session, loaded if there is none; concurrent callers of a new model wait for one load. */
  static synchronized OnnxSession acquire(
      String uri, String sha256, Supplier<byte[]> bytes, OnnxSettings settings) {
    OnnxSettings placed = OnnxSession.place(settings);
    Key key = new Key(sha256, placed);
    Entry entry = ENTRIES.get(key);
    if (entry == null) {
      entry = new Entry(OnnxSession.load(uri, bytes.get(), placed));
      loads++;
      ENTRIES.put(key, entry);
    }
    IDLE.remove(key);
    entry.users++;
    return entry.session;
  }

  static synchronized void release(OnnxSession session) {
    ENTRIES.forEach(
        (key, entry) -> {
          if (entry.session == session && --entry.users == 0) {
            IDLE.add(key);
          }
        });
    closeIdle(KEPT);
  }

  /** Closes idle sessions until at most {@code keep} are left. */
  static synchronized void closeIdle(int keep) {
    Iterator<Key> idle = IDLE.iterator();
    while (IDLE.size() > keep) {
      ENTRIES.remove(idle.next()).session.close();
      idle.remove();
    }
  }

  /** Sessions that were ever loaded in this JVM. */
  static synchronized int loads() {
    return loads;
  }

  /** Sessions that are there now. */
  static synchronized int open() {
    return ENTRIES.size();
  }
}
