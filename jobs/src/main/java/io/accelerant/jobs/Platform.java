package io.accelerant.jobs;

/**
 * What a run stands on.
 *
 * @param spark version of Spark on the class path, such as {@code 4.1.3}
 * @param java feature release of the Java that runs
 * @param system such as {@code Linux amd64}
 */
record Platform(String spark, int java, String system) {
  static Platform current() {
    return new Platform(
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        Runtime.version().feature(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }
}
