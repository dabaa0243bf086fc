/**
 * JSON as artifacts hold it: one canonical form, so that equal content has equal bytes and a hash
 * means something, and one strict way to read what others wrote.
 */
package io.accelerant.core.json;
