package io.accelerant.core.text;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a file is by its first bytes, where it is not what it was taken for. */
public final class FileKind {
  /** Bytes that the methods here want to see, fewer where the file is shorter. */
  public static final int HEAD = 4096;

  private static final String PICKLE = "a Python pickle (which can run code and is not read)";

  /** First bytes in hexadecimal; of two that begin alike the longer one is first. */
  private static final Map<String, String> MAGIC = new LinkedHashMap<>();

  /** First characters, in lower case and without white space in front. */
  private static final Map<String, String> MARKUP = new LinkedHashMap<>();

  private static final Pattern ESCAPED_CHARSET = Pattern.compile("\u001b[$(][@ABIJ]");

  static {
    MAGIC.put("fffe0000", "UTF-32 text");
    MAGIC.put("0000feff", "UTF-32 text");
    MAGIC.put("fffe", "UTF-16 text");
    MAGIC.put("feff", "UTF-16 text");
    MAGIC.put("504b0304", "a zip archive (or a document, a jar or a model in one)");
    MAGIC.put("504b0506", "an empty zip archive");
    MAGIC.put("1f8b", "compressed by gzip");
    MAGIC.put("1f9d", "compressed by compress");
    MAGIC.put("425a68", "compressed by bzip2");
    MAGIC.put("fd377a585a00", "compressed by xz");
    MAGIC.put("5d0000", "compressed by lzma");
    MAGIC.put("4c5a4950", "compressed by lzip");
    MAGIC.put("28b52ffd", "compressed by zstd");
    MAGIC.put("04224d18", "compressed by lz4");
    MAGIC.put("ff060000734e61507059", "compressed by snappy");
    MAGIC.put("789c", "compressed by zlib");
    MAGIC.put("78da", "compressed by zlib");
    MAGIC.put("377abcaf271c", "a 7z archive");
    MAGIC.put("526172211a07", "a rar archive");
    MAGIC.put("4d534346", "a cab archive");
    MAGIC.put("213c617263683e0a", "an ar archive or a Debian package");
    MAGIC.put("303730373031", "a cpio archive");
    MAGIC.put("edabeedb", "an RPM package");
    MAGIC.put("89504e470d0a1a0a", "a PNG image");
    MAGIC.put("ffd8ff", "a JPEG image");
    MAGIC.put("474946383761", "a GIF image");
    MAGIC.put("474946383961", "a GIF image");
    MAGIC.put("49492a00", "a TIFF image");
    MAGIC.put("4d4d002a", "a TIFF image");
    MAGIC.put("52494646", "a RIFF file (WebP, WAV or AVI)");
    MAGIC.put("4f676753", "an Ogg file");
    MAGIC.put("664c6143", "a FLAC file");
    MAGIC.put("494433", "an MP3 file");
    MAGIC.put("50415231", "Parquet");
    MAGIC.put("4f5243", "ORC");
    MAGIC.put("4f626a01", "Avro");
    MAGIC.put("4152524f5731", "Arrow");
    MAGIC.put("46454131", "Feather");
    MAGIC.put("53455106", "a Hadoop sequence file");
    MAGIC.put("894844460d0a1a0a", "HDF5");
    MAGIC.put("53514c69746520666f726d6174203300", "an SQLite database");
    MAGIC.put("934e554d5059", "a NumPy array");
    MAGIC.put("47475546", "a GGUF model");
    MAGIC.put("8002", PICKLE);
    MAGIC.put("8003", PICKLE);
    MAGIC.put("8004", PICKLE);
    MAGIC.put("8005", PICKLE);
    MAGIC.put("7f454c46", "an executable (ELF)");
    MAGIC.put("4d5a9000", "an executable (Windows)");
    MAGIC.put("cffaedfe", "an executable (macOS)");
    MAGIC.put("cefaedfe", "an executable (macOS)");
    MAGIC.put("cafebabe", "a Java class or an executable (macOS)");
    MAGIC.put("0061736d", "WebAssembly");
    MAGIC.put("d0cf11e0a1b11ae1", "a Microsoft Office document");
    MARKUP.put("<!doctype html", "an HTML page");
    MARKUP.put("<html", "an HTML page");
    MARKUP.put("%pdf-", "a PDF document");
    MARKUP.put("%!ps", "a PostScript document");
    MARKUP.put("{\\rtf", "an RTF document");
    MARKUP.put("version https://git-lfs", "a Git LFS pointer in place of the file (git lfs pull)");
  }

  private FileKind() {}

  /**
   * What any file is, such as "an HTML page", for a message that names it beside what was expected.
   *
   * @param head the file's first {@value #HEAD} bytes, or all of them
   */
  public static String of(byte[] head) {
    if (head.length == 0) {
      return "empty";
    }
    return notText(head).orElseGet(() -> ofText(head));
  }

  private static String ofText(byte[] head) {
    String start = new String(head, StandardCharsets.ISO_8859_1).strip();
    if (start.startsWith("<")) {
      return "an XML or HTML page";
    }
    if (start.startsWith("{") || start.startsWith("[")) {
      return "JSON";
    }
    return start.chars().allMatch(c -> c >= ' ' && c < 127 || Character.isWhitespace(c))
        ? "text"
        : "binary";
  }

  /**
   * What the file is, such as "a zip archive"; empty if it may be UTF-8 text.
   *
   * @param head the file's first {@value #HEAD} bytes, or all of them
   */
  public static Optional<String> notText(byte[] head) {
    String hex = HexFormat.of().formatHex(head, 0, Math.min(head.length, 32));
    for (Map.Entry<String, String> magic : MAGIC.entrySet()) {
      if (hex.startsWith(magic.getKey())) {
        return Optional.of(magic.getValue());
      }
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String start = text.replaceFirst("^(\u00ef\u00bb\u00bf)?\\s+|^\u00ef\u00bb\u00bf", "");
    for (Map.Entry<String, String> markup : MARKUP.entrySet()) {
      if (start.regionMatches(true, 0, markup.getKey(), 0, markup.getKey().length())) {
        return Optional.of(markup.getValue());
      }
    }
    if (text.startsWith("ustar", 257)) {
      return Optional.of("a tar archive");
    }
    if (text.startsWith("ftyp", 4)) {
      return Optional.of("an MP4 file");
    }
    if (text.startsWith("{\"", 8) && head[7] == 0) {
      return Optional.of("safetensors");
    }
    if (ESCAPED_CHARSET.matcher(text).find()) {
      return Optional.of("ISO-2022 text");
    }
    return text.indexOf('\0') < 0 ? Optional.empty() : Optional.of(ofZeros(head));
  }

  /** Wide characters of mostly western text without a mark in front: where their zeros are. */
  private static String ofZeros(byte[] head) {
    int[] zeros = new int[4];
    for (int i = 0; i < head.length; i++) {
      zeros[i % 4] += head[i] == 0 ? 1 : 0;
    }
    int most = head.length / 4 * 9 / 10;
    boolean first = zeros[0] >= most && most > 0;
    boolean last = zeros[3] >= most && most > 0;
    if (zeros[1] >= most && zeros[2] >= most && (first || last) && !(first && last)) {
      return "UTF-32 text";
    }
    boolean odd = zeros[1] + zeros[3] > head.length / 4 && zeros[0] + zeros[2] == 0;
    boolean even = zeros[0] + zeros[2] > head.length / 4 && zeros[1] + zeros[3] == 0;
    return odd || even ? "UTF-16 text" : "binary (it holds zero bytes)";
  }
}
