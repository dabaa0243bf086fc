/**
 * Data that jobs read: documents from the embedded WordNet or a user's URI, alphabets that turn
 * text into symbols, and the corpus artifact, a table of equally long windows split by document.
 * Spark plans; nothing depends on how a source is cut into files or partitions.
 */
package io.accelerant.core.data;
