package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.distill.continuous.ContinuousSource;
import java.util.List;
import java.util.Optional;

/**
 * An opened continuous model.
 *
 * @param description one line for people
 * @param pixels where x is an image and its form is known
 * @param parents the file or artifact it was made from
 */
public record OpenedContinuousModel(
    ContinuousSource source,
    String description,
    Optional<Pixels> pixels,
    List<Manifest.Parent> parents) {}
