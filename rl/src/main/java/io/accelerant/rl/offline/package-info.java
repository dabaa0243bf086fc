/**
 * {@code offline-rl}: what trajectory weights are worth. Policies are trained from every weighting
 * of every data set, each in one Spark task, and measured by rollouts on Spark.
 */
package io.accelerant.rl.offline;
