package io.accelerant.distill.model;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.data.Alphabet;
import io.accelerant.core.data.Corpus;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.model.markov.MarkovChain;
import java.util.List;
import java.util.Optional;

/**
 * An opened model.
 *
 * @param description one line for people
 * @param chain the law of the data, where the model is exact
 * @param corpus the text it was counted from, or that its samples are held against
 * @param alphabet how its tokens read, for text
 * @param parents the artifacts it was made from
 */
public record OpenedDiscreteModel(
    DiscreteSource source,
    String description,
    Optional<MarkovChain> chain,
    Optional<Corpus> corpus,
    Optional<Alphabet> alphabet,
    List<Manifest.Parent> parents) {}
