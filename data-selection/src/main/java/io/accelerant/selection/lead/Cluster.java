package io.accelerant.selection.lead;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.train.PackedShards;

/**
 * Where trainings that are spread read their rows and keep what they go on from.
 *
 * @param rows of the pool, in order of id
 * @param checkpointEvery updates between checkpoints
 */
record Cluster(
    JobContext context,
    StageStore stages,
    Snapshots snapshots,
    PackedShards rows,
    int checkpointEvery) {}
