/**
 * The command line, and with the same arguments the main class for spark-submit. A command only
 * parses, calls its job and prints one line of JSON on standard output; everything else goes to
 * standard error. Each job is one subclass of {@link io.accelerant.jobs.JobCommand}, listed in
 * {@link io.accelerant.jobs.Commands}.
 */
package io.accelerant.jobs;
