/**
 * How text becomes tokens: by an alphabet, or by the files that come with a model. {@link
 * io.accelerant.core.lm.tokenizer.Tokenizers} finds what a user names or an artifact holds.
 */
package io.accelerant.core.lm.tokenizer;
