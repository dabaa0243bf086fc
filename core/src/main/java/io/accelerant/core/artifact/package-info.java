/**
 * Artifacts: directories with a manifest that are published whole or not at all, never change, and
 * are verified on every read. Claim first, files under their final names, manifest last by an
 * exclusive create; the same on file:, hdfs: and s3a:.
 */
package io.accelerant.core.artifact;
