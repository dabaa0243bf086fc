/**
 * Mean and covariance of a data set, by which sampling can begin in closed form (Gaussian
 * teleportation): the sums over rows on Spark, and the principal directions of their covariance.
 */
package io.accelerant.distill.moments;
