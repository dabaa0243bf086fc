package io.accelerant.core.artifact;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.RunKeys;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a job says about the artifact it is about to commit; the writer adds the rest. Immutable;
 * the {@code with} methods return a changed copy.
 *
 * @param tables name of each table to its {@link TableFingerprint}
 * @param identityFiles files that count for the content hash besides weights ({@code
 *     *.safetensors}), {@code sampler.json} and {@code config.json}
 */
public record ManifestDraft(
    String kind,
    String method,
    String name,
    long seed,
    Map<String, Object> config,
    List<Manifest.Parent> parents,
    Map<String, String> tables,
    Set<String> identityFiles,
    Map<String, Number> metrics) {
  private static final Pattern USER_AND_PASSWORD = Pattern.compile("://[^/@:]*:[^/@]*@");

  public ManifestDraft {
    Map<String, Object> shown = new TreeMap<>();
    config.forEach((path, value) -> shown.put(path, withoutSecret(path, value)));
    config = Collections.unmodifiableMap(shown);
    parents =
        parents.stream()
            .map(p -> new Manifest.Parent(p.role(), scrub(p.uri()), p.contentHash()))
            .toList();
    tables = Collections.unmodifiableMap(new TreeMap<>(tables));
    identityFiles = Collections.unmodifiableSet(new LinkedHashSet<>(identityFiles));
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** Without configuration, parents, tables and metrics. */
  public static ManifestDraft of(String kind, String method, String name, long seed) {
    return new ManifestDraft(
        kind, method, name, seed, Map.of(), List.of(), Map.of(), Set.of(), Map.of());
  }

  /** With seed, name (default: the method) and effective configuration of a job. */
  public static ManifestDraft of(String kind, String method, JobConfig config) {
    Map<String, Object> values = new TreeMap<>();
    config.effective().forEach((path, setting) -> values.put(path, setting.value()));
    return of(kind, method, config.find(RunKeys.NAME).orElse(method), config.get(RunKeys.SEED))
        .withConfig(values);
  }

  public ManifestDraft withConfig(Map<String, Object> values) {
    return new ManifestDraft(
        kind, method, name, seed, values, parents, tables, identityFiles, metrics);
  }

  /** With one more parent. */
  public ManifestDraft withParent(String role, String uri, String contentHash) {
    List<Manifest.Parent> more = new ArrayList<>(parents);
    more.add(new Manifest.Parent(role, uri, contentHash));
    return new ManifestDraft(
        kind, method, name, seed, config, more, tables, identityFiles, metrics);
  }

  /** With one more table; {@code name} as given to {@link ArtifactWriter#tableUri}. */
  public ManifestDraft withTable(String table, String fingerprint) {
    Map<String, String> more = new TreeMap<>(tables);
    more.put(table, fingerprint);
    return new ManifestDraft(
        kind, method, name, seed, config, parents, more, identityFiles, metrics);
  }

  /** With more tables, names to fingerprints. */
  public ManifestDraft withTables(Map<String, String> more) {
    ManifestDraft draft = this;
    for (Map.Entry<String, String> table : more.entrySet()) {
      draft = draft.withTable(table.getKey(), table.getValue());
    }
    return draft;
  }

  /** With one more file that counts for the content hash. */
  public ManifestDraft withIdentityFile(String file) {
    Set<String> more = new LinkedHashSet<>(identityFiles);
    more.add(file);
    return new ManifestDraft(kind, method, name, seed, config, parents, tables, more, metrics);
  }

  public ManifestDraft withMetrics(Map<String, ? extends Number> values) {
    return new ManifestDraft(
        kind,
        method,
        name,
        seed,
        config,
        parents,
        tables,
        identityFiles,
        new LinkedHashMap<>(values));
  }

  private static Object withoutSecret(String path, Object value) {
    if (JobConfig.isSecret(path)) {
      return "***";
    }
    return value instanceof String text ? scrub(text) : value;
  }

  private static String scrub(String uri) {
    return USER_AND_PASSWORD.matcher(uri).replaceAll("://***@");
  }
}
