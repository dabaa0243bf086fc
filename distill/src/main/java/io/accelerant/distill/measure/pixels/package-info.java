/**
 * What samples of images and videos are worth: distances in spaces of features ({@link
 * io.accelerant.distill.measure.pixels.PixelClassifier}, {@link
 * io.accelerant.distill.measure.pixels.PrincipalComponents}), and how what is shown moves ({@link
 * io.accelerant.distill.measure.pixels.CentroidTrack}). Plain Java and the engine; no Spark.
 */
package io.accelerant.distill.measure.pixels;
