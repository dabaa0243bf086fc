package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;

/**
 * The one thing a commit stands on: of any number of racers exactly one creates the file, and with
 * its whole content. Each kind of store has its own way; Hadoop's {@code create(path, false)} is a
 * check followed by a create on file: and s3a:, and lets both racers win.
 */
final class ExclusiveCreate {
  private ExclusiveCreate() {}

  /**
   * Local: the content goes to a private name, then {@code link(2)} gives it the final one. link
   * fails if the name is taken, atomically and over NFS too, and the name never shows a part of the
   * content, which O_EXCL alone cannot promise when the process dies between create and write.
   */
  static void local(Path target, byte[] content) throws IOException {
    Path temporary = target.resolveSibling(Claims.TEMPORARY + UUID.randomUUID());
    try {
      writeNew(temporary, content);
      try {
        Files.createLink(target, temporary);
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        // FAT and some network mounts have no links: still exclusive, no longer whole at once.
        writeNew(target, content);
      }
      forceDirectory(target.getParent());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** O_CREAT with O_EXCL, forced to the device; removed again if it cannot be written whole. */
  static void writeNew(Path target, byte[] content) throws IOException {
    FileChannel channel =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (channel) {
      for (ByteBuffer rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) {
        channel.write(rest);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(target);
      throw e;
    }
  }

  private static void forceDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every system can sync a directory; the name is there, only its durability is weaker.
      return;
    }
  }

  static void remote(
      FileSystem files, Configuration hadoop, org.apache.hadoop.fs.Path target, byte[] content)
      throws IOException {
    try {
      if (files.getScheme().equals("s3a")) {
        conditional(files, target, content);
      } else {
        rename(files, hadoop, target, content);
      }
    } catch (IOException e) {
      throw isConflict(e) ? conflict(target, e) : e;
    }
  }

  /** Object store: PUT with If-None-Match; the refusal comes when the stream is closed. */
  private static void conditional(
      FileSystem files, org.apache.hadoop.fs.Path target, byte[] content) throws IOException {
    FSDataOutputStreamBuilder<?, ?> request = files.createFile(target);
    FSDataOutputStream out;
    try {
      request.overwrite(true).recursive();
      request.must("fs.option.create.conditional.overwrite", true);
      out = (FSDataOutputStream) request.build();
    } catch (IllegalArgumentException e) {
      throw new IOException("this Hadoop has no conditional create for " + target, e);
    }
    try (out) {
      out.write(content);
    }
  }

  /**
   * HDFS: the name node's rename without overwrite is atomic and refuses a taken name, and unlike
   * {@code create(path, false)} it brings the content along.
   */
  private static void rename(
      FileSystem files, Configuration hadoop, org.apache.hadoop.fs.Path target, byte[] content)
      throws IOException {
    org.apache.hadoop.fs.Path temporary = writeTemporary(files, target, content);
    try {
      FileContext.getFileContext(files.getUri(), hadoop).rename(temporary, target, Rename.NONE);
    } finally {
      files.delete(temporary, false);
    }
  }

  /** Replaces a small file: by an atomic rename on HDFS; a PUT is atomic by itself. */
  static void replace(
      FileSystem files, Configuration hadoop, org.apache.hadoop.fs.Path target, byte[] content)
      throws IOException {
    if (files.getScheme().equals("s3a")) {
      try (FSDataOutputStream out = files.create(target, true)) {
        out.write(content);
      }
      return;
    }
    org.apache.hadoop.fs.Path temporary = writeTemporary(files, target, content);
    try {
      FileContext.getFileContext(files.getUri(), hadoop)
          .rename(temporary, target, Rename.OVERWRITE);
    } finally {
      files.delete(temporary, false);
    }
  }

  private static org.apache.hadoop.fs.Path writeTemporary(
      FileSystem files, org.apache.hadoop.fs.Path target, byte[] content) throws IOException {
    org.apache.hadoop.fs.Path temporary =
        new org.apache.hadoop.fs.Path(target.getParent(), Claims.TEMPORARY + UUID.randomUUID());
    try (FSDataOutputStream out = files.create(temporary, false)) {
      out.write(content);
      out.hsync();
    }
    return temporary;
  }

  private static FileAlreadyExistsException conflict(
      org.apache.hadoop.fs.Path target, IOException cause) {
    FileAlreadyExistsException e = new FileAlreadyExistsException(target.toString());
    e.initCause(cause);
    return e;
  }

  /** By name: hadoop-aws need not be on the class path. */
  private static boolean isConflict(Throwable error) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      String name = e.getClass().getSimpleName();
      String message = String.valueOf(e.getMessage());
      if (name.equals("FileAlreadyExistsException")
          || name.equals("RemoteFileChangedException")
          || message.contains("Status Code: 412")
          || message.contains("PreconditionFailed")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Checks that a store honours the condition: the second of two exclusive creates must fail.
   *
   * @throws ArtifactException if both succeed, or the store cannot be written
   */
  static void probe(Store store) {
    String name = Claims.TEMPORARY + "probe." + UUID.randomUUID();
    byte[] content = {'p'};
    try {
      store.createExclusive(name, content);
      try {
        store.createExclusive(name, content);
      } catch (FileAlreadyExistsException e) {
        return;
      } finally {
        store.delete(name);
      }
    } catch (IOException e) {
      throw new ArtifactException(
          "Cannot write to " + store.uri() + ": " + StoreFailure.describe(e), e);
    }
    throw new ArtifactException(
        store.uri()
            + ": the store ignores the condition of an exclusive create (If-None-Match), so two"
            + " runs could publish over each other; use a store that honours it.");
  }
}
