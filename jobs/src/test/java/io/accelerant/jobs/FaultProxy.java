package io.accelerant.jobs;

import io.accelerant.core.text.Text;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Stands between a client and an HTTP server, and loses or refuses what a test says. Everything
 * else passes byte by byte, so that signatures stay valid; only the headers {@code Connection} and
 * {@code Expect}, which are not signed, are this proxy's own: one request a connection.
 */
final class FaultProxy implements AutoCloseable {
  /** What becomes of a request. */
  enum Fate {
    PASS,
    /** Answered by 403 here; the server does not see it. */
    REFUSE,
    /** The server does it, the client's connection ends without an answer. */
    LOSE_ANSWER,
    /** The client's connection ends, and the server does not see the request. */
    LOSE_REQUEST,
    /** Nothing at all happens, as with a server that hangs. */
    SILENCE
  }

  /**
   * @param target path and query as they were sent
   * @param head the request line and headers
   */
  record Request(String method, String target, String head) {
    String header(String name) {
      return head.lines()
          .skip(1)
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }

    boolean isPutOf(String name) {
      return method.equals("PUT") && target.replaceAll("\\?.*", "").endsWith("/" + name);
    }

    @Override
    public String toString() {
      return method + " " + target;
    }
  }

  private static final String DENIED =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>"
          + "<Message>Access Denied</Message><RequestId>0</RequestId></Error>";

  private final ServerSocket server;
  private final int target;
  private final List<Request> seen = new CopyOnWriteArrayList<>();
  private volatile Function<Request, Fate> rule = request -> Fate.PASS;

  /**
   * @param target port of the server on this machine
   */
  FaultProxy(int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** From now on this says what becomes of each request; {@link #seen} begins anew. */
  void rule(Function<Request, Fate> newRule) {
    seen.clear();
    rule = newRule;
  }

  /** The requests since the rule was set. */
  List<Request> seen() {
    return List.copyOf(seen);
  }

  private static void daemon(Runnable body) {
    Thread thread = new Thread(body, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        daemon(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      OutputStream out = client.getOutputStream();
      Request request = head(in);
      if (!request.header("expect").isEmpty()) {
        out.write(bytes("HTTP/1.1 100 Continue\r\n\r\n"));
        out.flush();
      }
      byte[] body = body(in, request);
      seen.add(request);
      Fate fate = rule.apply(request);
      if (fate == Fate.REFUSE) {
        out.write(bytes(refusal()));
      } else if (fate == Fate.SILENCE) {
        in.transferTo(OutputStream.nullOutputStream()); // until the client goes away
      } else if (fate != Fate.LOSE_REQUEST) {
        forward(request, body, fate == Fate.PASS ? out : OutputStream.nullOutputStream());
      }
    } catch (IOException e) {
      // Either side went away, which the other one now learns from its closed connection.
      return;
    }
  }

  private static String refusal() {
    return "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nConnection: close\r\n"
        + Text.of("Content-Length: %d\r\n\r\n%s", DENIED.length(), DENIED);
  }

  private void forward(Request request, byte[] body, OutputStream answer) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), target)) {
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      request
          .head()
          .lines()
          .filter(line -> !line.matches("(?i)(connection|expect):.*"))
          .forEach(line -> whole.writeBytes(bytes(line + "\r\n")));
      whole.writeBytes(bytes("Connection: close\r\n\r\n"));
      whole.writeBytes(body);
      socket.getOutputStream().write(whole.toByteArray());
      socket.getOutputStream().flush();
      socket.getInputStream().transferTo(answer);
    }
  }

  private static Request head(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      lines.add(line);
    }
    String[] first = lines.get(0).split(" ");
    return new Request(first[0], first[1], String.join("\n", lines));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  private static byte[] body(InputStream in, Request request) throws IOException {
    if (!request.header("transfer-encoding").isEmpty()) {
      throw new IOException("a body without a length: " + request);
    }
    String length = request.header("content-length");
    byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    if (!length.isEmpty() && body.length < Integer.parseInt(length)) {
      throw new EOFException();
    }
    return body;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
