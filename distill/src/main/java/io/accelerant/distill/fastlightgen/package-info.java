/**
 * FastLightGen (arXiv 2603.01685): a model of images or videos is made both smaller and faster.
 * Stage I, {@link io.accelerant.distill.fastlightgen.Importance} and {@link
 * io.accelerant.distill.fastlightgen.PrunePlan}, finds blocks that are missed least; stage II
 * trains the network to do without them, {@link io.accelerant.distill.fastlightgen.BlockDraw};
 * stage III makes a generator of few steps by matching distributions with a guided teacher, {@link
 * io.accelerant.distill.fastlightgen.GuidedVelocity} and {@link
 * io.accelerant.distill.fastlightgen.MatchingGradient}. Each of these is plain arithmetic; {@code
 * SkippingStep}, {@code FakeStep} and {@code GeneratorStep} are what a worker makes of them.
 */
package io.accelerant.distill.fastlightgen;
