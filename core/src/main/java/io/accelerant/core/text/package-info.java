/** Text, and what bytes are that were taken for it. */
package io.accelerant.core.text;
