package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.distill.continuous.NoiseModelSource;

/**
 * An opened continuous model.
 *
 * @param description one line for people
 * @param parent the file or artifact it was made from
 */
public record ContinuousModel(
    NoiseModelSource source, String description, Manifest.Parent parent) {}
