/**
 * What every job does alike around its own work: units of work mapped over a cluster, and stages
 * that a run which was stopped takes from its checkpoint.
 */
package io.accelerant.core.run;
