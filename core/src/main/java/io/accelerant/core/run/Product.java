package io.accelerant.core.run;

import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.report.ModelCard;
import java.util.Map;

/**
 * What was made: files that the work itself wrote are in the artifact already, {@code metrics.json}
 * and {@code README.md} are written from this.
 *
 * @param draft with metrics and tables, begun by {@link Run#draft}
 * @param files further ones by name, such as those of the report
 * @param card see {@link Run#card}
 * @param check what must come out again from the published artifact
 */
public record Product(
    ManifestDraft draft, Map<String, byte[]> files, ModelCard card, Check check) {}
