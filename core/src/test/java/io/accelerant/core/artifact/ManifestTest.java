package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.CanonicalJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestTest {
  private static final String HASH = "0123456789abcdef".repeat(4);

  private static Manifest sample() {
    Map<String, String> identity = Map.of("sampler.json", HASH);
    return new Manifest(
        "sampler",
        "lsd",
        "demo",
        "run-1",
        "2026-01-02T03:04:05Z",
        "0.1.0+abc",
        Long.MIN_VALUE,
        Map.of("lsd.steps", List.of(8, 16)),
        List.of(
            new Manifest.FileEntry("a/b.txt", 3, HASH),
            new Manifest.FileEntry("sampler.json", Long.MAX_VALUE, HASH)),
        List.of(new Manifest.Parent("teacher", "out/t", HASH)),
        identity,
        Manifest.contentHash("sampler", "lsd", identity),
        Map.of("loss", 0.1));
  }

  @Test
  void jsonRoundTripKeepsEverything() {
    Manifest manifest = sample();
    assertThat(Manifest.fromJson(CanonicalJson.bytes(manifest.toJson()), "m")).isEqualTo(manifest);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> file(Map<String, Object> json, int index) {
    return ((List<Map<String, Object>>) json.get("files")).get(index);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        broken(j -> j.put("formatVersion", 2), "formatVersion is 2; this version of accelerant"),
        broken(j -> j.remove("formatVersion"), "formatVersion is missing"),
        broken(j -> j.put("formatVersion", "1"), "formatVersion must be a number"),
        broken(j -> j.put("formatVersion", 1.0), "formatVersion must be an integer"),
        broken(j -> j.remove("kind"), "kind is missing"),
        broken(j -> j.put("kind", 3), "kind must be a string"),
        broken(j -> j.put("extra", 3), "extra is not a known field"),
        broken(j -> j.put("created", "yesterday"), "created must be an ISO 8601 instant"),
        broken(j -> j.put("files", Map.of()), "files must be an array"),
        broken(j -> j.put("files", List.of(1)), "files must hold objects"),
        broken(j -> file(j, 0).put("path", "../x"), "path \"../x\" must not have empty parts"),
        broken(j -> file(j, 0).put("path", "/etc/passwd"), "must be relative"),
        broken(j -> file(j, 0).put("path", "_claim"), "must not have parts that start with"),
        broken(j -> file(j, 0).put("path", "a//b"), "must not have empty parts"),
        broken(j -> file(j, 0).put("path", "manifest.json"), "is reserved"),
        broken(j -> file(j, 0).put("path", "z"), "\"sampler.json\" is out of order"),
        broken(j -> file(j, 0).put("size", -1), "size of a/b.txt is negative"),
        broken(j -> file(j, 0).put("sha256", "xyz"), "sha256 must be a SHA-256"),
        broken(j -> file(j, 0).remove("size"), "size is missing"),
        broken(j -> j.put("parents", List.of(Map.of("role", "x"))), "uri is missing"),
        broken(j -> j.put("identity", Map.of("other", HASH)), "\"other\", which is no file"),
        broken(j -> j.put("contentHash", HASH), "contentHash does not follow"),
        broken(j -> j.put("method", "other"), "contentHash does not follow"),
        broken(j -> j.put("metrics", Map.of("a", "b")), "a must be a number"));
  }

  private static Arguments broken(Consumer<Map<String, Object>> change, String message) {
    Map<String, Object> json = new LinkedHashMap<>(sample().toJson());
    List<Map<String, Object>> files = new ArrayList<>();
    for (int i = 0; i < sample().files().size(); i++) {
      files.add(new LinkedHashMap<>(file(json, i)));
    }
    json.put("files", files);
    change.accept(json);
    return Arguments.of(json, message);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("malformed")
  void malformedManifestsAreRefused(Map<String, Object> json, String message) {
    assertThatThrownBy(() -> Manifest.fromJson(CanonicalJson.bytes(json), "x/manifest.json"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageStartingWith("x/manifest.json")
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNoJsonIsAnArtifactError() {
    assertThatThrownBy(() -> Manifest.fromJson(new byte[] {'{'}, "x/manifest.json"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("x/manifest.json is not valid JSON");
  }

  @Test
  void secretsNeverReachADraft() {
    Key<String> key = Key.string("store.secret", "").optional();
    JobConfig config =
        JobConfig.load(
            List.of(),
            List.of(
                "store.secret=abc",
                "run.output=s3a://me:pass@bucket/x",
                "spark.hadoop.fs.s3a.secret.key=abc"),
            RunKeys.and(List.of(key)));

    ManifestDraft draft = ManifestDraft.of("sampler", "lsd", config);

    assertThat(draft.config())
        .containsEntry("store.secret", "***")
        .containsEntry("spark.hadoop.fs.s3a.secret.key", "***")
        .containsEntry("run.output", "s3a://***@bucket/x");
    assertThat(draft.name()).isEqualTo("lsd");
    assertThat(draft.seed()).isEqualTo(42);
  }
}
