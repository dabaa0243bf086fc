package io.accelerant.jobs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Numbers and case must not follow the locale of the machine: files would be called by other
 * digits, a decimal comma would end up in JSON, and I would become a letter without a dot.
 */
final class LocaleRule {
  private static final String NEW = "<init>";

  /** What the JDK does by the default locale, unless it is given one. */
  private static final Map<String, Set<String>> BOUND =
      Map.ofEntries(
          Map.entry(
              "java.lang.String", Set.of("format", "formatted", "toLowerCase", "toUpperCase")),
          Map.entry("java.io.PrintStream", Set.of("printf", "format")),
          Map.entry("java.io.PrintWriter", Set.of("printf", "format")),
          Map.entry("java.io.Console", Set.of("printf", "format")),
          Map.entry("java.util.Formatter", Set.of(NEW)),
          Map.entry("java.util.Scanner", Set.of(NEW)),
          Map.entry("java.text.SimpleDateFormat", Set.of(NEW)),
          Map.entry("java.text.DecimalFormat", Set.of(NEW)),
          Map.entry("java.text.DecimalFormatSymbols", Set.of(NEW, "getInstance")),
          Map.entry("java.text.MessageFormat", Set.of(NEW, "format")),
          Map.entry("java.text.ChoiceFormat", Set.of(NEW)),
          Map.entry("java.text.Collator", Set.of("getInstance")),
          Map.entry(
              "java.text.NumberFormat",
              Set.of(
                  "getInstance",
                  "getNumberInstance",
                  "getIntegerInstance",
                  "getPercentInstance",
                  "getCurrencyInstance",
                  "getCompactNumberInstance")),
          Map.entry(
              "java.text.DateFormat",
              Set.of("getInstance", "getDateInstance", "getTimeInstance", "getDateTimeInstance")),
          Map.entry(
              "java.time.format.DateTimeFormatter",
              Set.of("ofPattern", "ofLocalizedDate", "ofLocalizedTime", "ofLocalizedDateTime")),
          Map.entry("java.time.format.DateTimeFormatterBuilder", Set.of("toFormatter")));

  private LocaleRule() {}

  static ArchRule namesALocale() {
    return noClasses()
        .should()
        .accessTargetWhere(describe("follows the default locale", LocaleRule::followsTheDefault))
        .because("programs read it: Text.of, or a call that is given Locale.ROOT");
  }

  private static boolean followsTheDefault(JavaAccess<?> access) {
    return access.getTarget() instanceof CodeUnitAccessTarget target
        && BOUND.getOrDefault(target.getOwner().getName(), Set.of()).contains(target.getName())
        && target.getRawParameterTypes().stream().noneMatch(t -> t.isEquivalentTo(Locale.class));
  }
}
