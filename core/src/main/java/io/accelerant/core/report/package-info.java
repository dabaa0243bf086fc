/**
 * What a person reads about a run: tables, line plots and the two Markdown texts of an artifact,
 * {@code report.md} and the model card {@code README.md}. Everything here turns values into text
 * and bytes; where these go is decided by whoever publishes them. The only importer of XChart.
 */
package io.accelerant.core.report;
