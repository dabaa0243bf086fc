package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocationTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "my models",
        "p%20c",
        "a#b",
        "a?b",
        "c[1]",
        "{a}",
        "a*",
        "modèles",
        "mode\u0300les",
        "a:b",
        "2026-01-02T03:04:05+00:00",
        "back\\slash",
        "blank at the end ",
        "~",
        "a=b",
        "a&b;c|d",
        "\uD83D\uDE80",
        "'quoted\"",
        "$HOME",
        "-x",
        "a@b,c"
      })
  void everyNameIsTakenLiterally(String name) throws IOException {
    Path there = folder.resolve(name);
    for (String text : List.of(there + "", there + "/", "file:" + there, "file://" + there)) {
      Location location = Location.of(text);
      assertThat(location.isLocal()).as(text).isTrue();
      assertThat(location.local()).as(text).isEqualTo(there);
      assertThat(location.path().toUri().getPath()).as(text).isEqualTo(there.toString());
    }
    assertThat(Location.of("s3a://bucket/" + name).path().toUri().getPath()).isEqualTo("/" + name);
  }

  @Test
  void aRelativeNameMayHoldAColonWithoutASlash() {
    Path here = Path.of("").toAbsolutePath();
    assertThat(Location.of("run:1").local()).isEqualTo(here.resolve("run:1"));
    assertThat(Location.of("2026-01-02T03:04/x").local())
        .isEqualTo(here.resolve("2026-01-02T03:04/x"));
    assertThat(Location.of("./run:/x").local()).isEqualTo(here.resolve("run:/x"));
    assertThat(Location.of("run:/x").isLocal()).isFalse();
    assertThat(Location.of("FILE:/x").local()).isEqualTo(Path.of("/x"));
    assertThat(Location.of("file://localhost/x").local()).isEqualTo(Path.of("/x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''             | is empty",
        "' '            | is empty",
        "' /x'          | begins with a blank",
        "~/x            | is not expanded",
        "~              | is not expanded",
        "file://tmp/x   | names a host, \"tmp\"; a local file is file:/path",
        "s3a:bucket/x   | s3a:bucket/x is no URI",
        "S3:bucket/x    | S3:bucket/x is no URI",
        "/x\uFFFDy      | set LC_ALL=C.UTF-8",
      })
  void whatIsMostLikelyAMistakeIsRefused(String text, String why) {
    assertThatThrownBy(() -> Location.of(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aLineBreakIsRefusedInOneLine() {
    assertThatThrownBy(() -> Location.of("/a\nb"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "The path \"/a?b\" holds a line break or another control character; choose another"
                + " name.");
  }

  @Test
  void twoPointsLeadOutOfWhatALinkNames() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a/b"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), deep);
    assertThat(Location.of(link + "/../x").local()).isEqualTo(folder.toRealPath().resolve("a/x"));
    assertThat(Location.of(folder + "/none/../x/./y").local()).isEqualTo(folder.resolve("x/y"));
  }

  @Test
  void holdsWhatLiesInItAlsoThroughLinks() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a/b"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), deep);
    Location a = Location.of(folder.resolve("a").toString());
    assertThat(a.holds(Location.of(link + "/new/one"))).isTrue();
    assertThat(a.holds(Location.of(folder + "/ab"))).isFalse();
    assertThat(Location.of("s3a://b/a").holds(Location.of("s3a://b/a/c"))).isTrue();
    assertThat(Location.of("s3a://b/a").holds(Location.of("s3a://b/ab"))).isFalse();
  }

  private List<String> found(String text) throws IOException {
    return Location.of(text).find(HADOOP).stream()
        .map(status -> folder.relativize(Path.of(status.getPath().toUri().getPath())).toString())
        .toList();
  }

  @Test
  void aPatternIsWhatNothingIsCalled() throws IOException {
    for (String name : List.of("a[1]", "a1", "b:2", "c:3")) {
      Files.createFile(Files.createDirectories(folder.resolve(name)).resolve("t"));
    }
    Files.createFile(folder.resolve("file"));
    assertThat(found(folder + "/a[1]")).containsExactly("a[1]");
    assertThat(found(folder + "/a\\[1]")).containsExactly("a[1]");
    assertThat(found(folder + "/a?*")).containsExactly("a[1]", "a1");
    assertThat(found(folder + "/*:?/t")).containsExactly("b:2/t", "c:3/t");
    assertThat(found(folder + "/{a1/t,c*}")).containsExactly("a1/t", "c:3");
    assertThat(found(folder + "/*/*")).containsExactly("a[1]/t", "a1/t", "b:2/t", "c:3/t");
    assertThat(found(folder + "/x*")).isEmpty();
    assertThat(found(folder + "/x/*")).isEmpty();
  }

  @Test
  void whoWritesAnEscapedUriIsTold() {
    assertThat(Location.of("file:///my%20models").hint()).contains("not %20");
    assertThat(Location.of("/my%20models").hint()).isEmpty();
  }
}
