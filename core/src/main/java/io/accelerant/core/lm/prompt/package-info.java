/**
 * Prompts with answers that can be checked: tokenizers, the {@code prompts} artifact, and the job
 * that makes it from what people have or from a {@link io.accelerant.core.lm.task task}.
 */
package io.accelerant.core.lm.prompt;
