/**
 * Masked language models write: rows of which some positions are given and the others MASK. One
 * loop ({@link io.accelerant.distill.decode.MaskedDecoding}) asks a frozen model what it says of
 * the masked positions, and a rule ({@link io.accelerant.distill.decode.UnmaskRule}) which of them
 * to commit; everything is counted for each row alone. {@link
 * io.accelerant.distill.decode.RuleKind} knows all rules by name. Sources: methods by name in the
 * rules.
 */
package io.accelerant.distill.decode;
