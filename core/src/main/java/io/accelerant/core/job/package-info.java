/**
 * What a job is: declared keys, a plan, a run. A job class turns a method's mathematics into Spark
 * stages; the command line and Java callers start it the same way, {@code new LsdJob().run(context,
 * config)}.
 */
package io.accelerant.core.job;
