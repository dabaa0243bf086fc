package io.accelerant.core.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.NotResolved;
import com.typesafe.config.ConfigException.UnresolvedSubstitution;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The effective configuration of one job: a typed value and its origin for every declared {@link
 * Key}, and the free {@code spark.*} settings. Later sources win: defaults, then the files in
 * order, then {@code --set}. Anything that no key declares is an error that names the nearest valid
 * key.
 */
public final class JobConfig {
  private static final String SPARK = "spark.";
  private static final Pattern SECRET =
      Pattern.compile(
          ".*(secret|password|passwd|credential|(access|account|api|private)[._-]?key).*"
              + "|(.*[._-])?token([._-].*)?|.*encryption[._-]key");
  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s]+:[^/@\\s]+(?=@)");
  private static final String SET_ORIGIN = "--set";
  private static final String DEFAULT_ORIGIN = "default";
  private static final Pattern SET = Pattern.compile("\\s*([^=\\s]+?)\\s*=(.*)", Pattern.DOTALL);

  /** A value and the place that set it: {@code file: line}, {@code --set} or {@code default}. */
  public record Setting(Object value, String origin) {
    /** Whether nobody gave this value. */
    public boolean isDefault() {
      return origin.equals(DEFAULT_ORIGIN);
    }
  }

  private final Map<String, Key<?>> keys;
  private final SortedMap<String, Setting> settings;

  private JobConfig(Map<String, Key<?>> keys, SortedMap<String, Setting> settings) {
    this.keys = keys;
    this.settings = settings;
  }

  /**
   * Reads and checks a configuration.
   *
   * @param files HOCON files, later ones win
   * @param sets {@code key=value} pairs, later ones win; the value of a text key is taken literally
   * @param declared every key that the job knows
   * @throws ConfigException if a file cannot be read or parsed, a key is unknown, missing or of the
   *     wrong type, or a value is out of range
   */
  public static JobConfig load(
      List<Path> files, List<String> sets, Collection<? extends Key<?>> declared) {
    Map<String, Key<?>> keys = new LinkedHashMap<>();
    declared.forEach(key -> keys.put(key.path(), key));
    List<Config> sources = new ArrayList<>();
    files.forEach(file -> sources.add(parse(file)));
    sets.forEach(set -> sources.add(parseSet(set, keys)));
    Config merged = merge(sources);
    SortedMap<String, Setting> settings = new TreeMap<>();
    collect(merged.root(), name -> !isSpark(name), List.of(), keys, settings);
    // Spark has keys that are both a value and a prefix of others (spark.speculation), which cannot
    // be merged as a tree: later sources win path by path.
    for (Config source : sources) {
      collect(source.resolveWith(merged).root(), JobConfig::isSpark, List.of(), keys, settings);
    }
    for (Key<?> key : keys.values()) {
      if (!settings.containsKey(key.path())) {
        key.defaultValue()
            .ifPresent(value -> settings.put(key.path(), new Setting(value, DEFAULT_ORIGIN)));
      }
    }
    return new JobConfig(keys, settings).requireAll();
  }

  private static Config merge(List<Config> sources) {
    Config merged = ConfigFactory.empty();
    for (Config source : sources) {
      merged = source.withFallback(merged);
    }
    try {
      return merged.resolve();
    } catch (UnresolvedSubstitution | NotResolved e) {
      throw new ConfigException("A substitution has no value: " + e.getMessage());
    }
  }

  private static boolean isSpark(String name) {
    return name.equals("spark") || name.startsWith(SPARK);
  }

  private static Config parse(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(
          "Configuration file " + file + " does not exist or is not a file; check --conf.");
    }
    try {
      ConfigParseOptions options =
          ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF).setAllowMissing(false);
      return ConfigFactory.parseFile(file.toFile(), options);
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException("Configuration file " + file + " is not HOCON: " + e.getMessage());
    }
  }

  private static Config parseSet(String set, Map<String, Key<?>> keys) {
    var matcher = SET.matcher(set);
    if (!matcher.matches()) {
      throw new ConfigException("--set needs key=value, got \"" + set + "\".");
    }
    String path = matcher.group(1);
    String text = matcher.group(2).strip();
    Key<?> key = keys.get(path);
    boolean list = key != null && key.type().isList();
    if (path.startsWith(SPARK)
        || (key != null && key.type().isText() && !(list && text.startsWith("[")))) {
      return literal(path, unquote(text));
    }
    try {
      return ConfigFactory.parseString(
          path + " = " + text, ConfigParseOptions.defaults().setOriginDescription(SET_ORIGIN));
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException(
          Text.of(
              "--set %s: the value is not HOCON; quote a text that holds : or [ ].",
              isSecret(path) ? path + "=***" : set));
    }
  }

  private static Config literal(String path, String text) {
    ConfigValue value = ConfigValueFactory.fromAnyRef(text, SET_ORIGIN);
    return path.startsWith(SPARK)
        ? value.atKey(path.substring(SPARK.length())).atKey("spark")
        : value.atPath(path);
  }

  private static String unquote(String text) {
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }

  private static void collect(
      ConfigObject object,
      Predicate<String> wanted,
      List<String> prefix,
      Map<String, Key<?>> keys,
      SortedMap<String, Setting> settings) {
    for (String name : new TreeSet<>(object.keySet())) {
      if (!wanted.test(name)) {
        continue;
      }
      ConfigValue value = object.get(name);
      List<String> elements = new ArrayList<>(prefix);
      elements.add(name);
      String path = String.join(".", elements);
      Key<?> key = keys.get(path);
      if (key != null) {
        settings.put(path, new Setting(convert(key, value), describe(value.origin())));
      } else if (value instanceof ConfigObject child) {
        collect(child, any -> true, elements, keys, settings);
      } else if (path.startsWith(SPARK) && value.valueType() == ConfigValueType.NULL) {
        settings.remove(path);
      } else if (path.startsWith(SPARK)) {
        settings.put(path, new Setting(sparkText(value), describe(value.origin())));
      } else {
        throw unknown(ConfigUtil.joinPath(elements), path, value.origin(), keys);
      }
    }
  }

  /** Spark writes lists with commas. */
  private static String sparkText(ConfigValue value) {
    return value.unwrapped() instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value.unwrapped());
  }

  private static <T> T convert(Key<T> key, ConfigValue value) {
    T converted;
    try {
      converted = key.type().parse().apply(value);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigException(
          Text.of(
              "%s (%s) must be %s, is %s.",
              key.path(),
              describe(value.origin()),
              key.type().name(),
              isSecret(key.path()) ? "not" : value.render(ConfigRenderOptions.concise())));
    }
    key.violation(converted)
        .ifPresent(
            why -> {
              throw new ConfigException(
                  Text.of("%s (%s) %s.", key.path(), describe(value.origin()), why));
            });
    return converted;
  }

  private static ConfigException unknown(
      String shown, String path, ConfigOrigin origin, Map<String, Key<?>> keys) {
    return new ConfigException(
        Text.of(
            "Unknown key %s (%s)%s.",
            shown,
            describe(origin),
            Nearest.to(path, keys.keySet())
                .map(k -> "; the nearest valid key is " + k)
                .orElse("")));
  }

  private static String describe(ConfigOrigin origin) {
    if (origin.filename() == null) {
      // parsed settings have a line, which means nothing on a command line
      return origin.description().startsWith(SET_ORIGIN) ? SET_ORIGIN : origin.description();
    }
    return origin.lineNumber() > 0
        ? origin.filename() + ": " + origin.lineNumber()
        : origin.filename();
  }

  private JobConfig requireAll() {
    for (Key<?> key : keys.values()) {
      if (key.isRequired() && !settings.containsKey(key.path())) {
        throw new ConfigException(
            Text.of(
                "%s is required (%s): set it in a --conf file or by --set %s=...",
                key.path(), key.type().name(), key.path()));
      }
    }
    return this;
  }

  /**
   * The value of a required or defaulted key.
   *
   * @throws ConfigException if the key has no value
   */
  public <T> T get(Key<T> key) {
    return find(key)
        .orElseThrow(() -> new ConfigException(key.path() + " is required but not set."));
  }

  /** The value of a key, or empty when an optional key is not set. */
  @SuppressWarnings("unchecked")
  public <T> Optional<T> find(Key<T> key) {
    if (!keys.containsKey(key.path())) {
      throw new IllegalStateException("key " + key.path() + " is not declared by this job");
    }
    return Optional.ofNullable(settings.get(key.path())).map(setting -> (T) setting.value());
  }

  /**
   * The values of a list, of which there is at least one and none is there twice.
   *
   * @throws ConfigException if not
   */
  public <T> List<T> distinct(Key<List<T>> key) {
    List<T> values = get(key);
    if (values.isEmpty() || values.stream().distinct().count() < values.size()) {
      throw invalid(key, "must list different values, has " + values + ".");
    }
    return values;
  }

  /**
   * An error about the value of a key that only the job can judge; names the key and where it was
   * set.
   */
  public ConfigException invalid(Key<?> key, String why) {
    Setting setting = settings.get(key.path());
    return new ConfigException(
        Text.of("%s (%s) %s", key.path(), setting == null ? "not set" : setting.origin(), why));
  }

  /** Whether somebody gave this key a value; its default is none. */
  public boolean isGiven(Key<?> key) {
    Setting setting = settings.get(key.path());
    return setting != null && !setting.isDefault();
  }

  /**
   * Refuses values that the run would not use.
   *
   * @param why what the keys are for, as the rest of a sentence that the key begins
   * @throws ConfigException naming the first of the keys that was given a value
   */
  public void refuse(Collection<? extends Key<?>> unused, String why) {
    unused.stream()
        .filter(this::isGiven)
        .findFirst()
        .ifPresent(
            key -> {
              throw invalid(key, why);
            });
  }

  /** All {@code spark.*} settings as Spark wants them. */
  public Map<String, String> spark() {
    Map<String, String> spark = new LinkedHashMap<>();
    settings.forEach(
        (path, setting) -> {
          if (path.startsWith(SPARK)) {
            spark.put(path, String.valueOf(setting.value()));
          }
        });
    return spark;
  }

  /**
   * Every effective value with its origin, in order of path; secrets are replaced by {@code ***}.
   */
  public SortedMap<String, Setting> effective() {
    SortedMap<String, Setting> shown = new TreeMap<>();
    settings.forEach(
        (path, setting) ->
            shown.put(path, new Setting(shown(path, setting.value()), setting.origin())));
    return shown;
  }

  private static Object shown(String path, Object value) {
    if (isSecret(path)) {
      return "***";
    }
    return value instanceof String text ? USER_INFO.matcher(text).replaceAll("***") : value;
  }

  /**
   * What is computed, apart from where and how: the values of all keys but {@code run.*} (the seed
   * stays in), {@code spark.*} and the {@linkplain Key#operational() operational} ones. Two runs of
   * equal identity and equal inputs give the same artifact content.
   */
  public SortedMap<String, Object> identity() {
    SortedMap<String, Object> identity = new TreeMap<>();
    settings.forEach(
        (path, setting) -> {
          Key<?> key = keys.get(path);
          if (key != null && !key.isOperational()) {
            identity.put(path, setting.value());
          }
        });
    return identity;
  }

  /** A copy with one more value, for callers from Java. */
  public <T> JobConfig with(Key<T> key, T value) {
    key.violation(value)
        .ifPresent(
            why -> {
              throw new ConfigException(key.path() + " " + why + ".");
            });
    SortedMap<String, Setting> changed = new TreeMap<>(settings);
    changed.put(key.path(), new Setting(value, "code"));
    return new JobConfig(keys, changed);
  }

  /** A copy in which a {@code spark.*} setting has this value and origin. */
  public JobConfig withSpark(String path, String value, String origin) {
    SortedMap<String, Setting> changed = new TreeMap<>(settings);
    changed.put(path, new Setting(value, origin));
    return new JobConfig(keys, changed);
  }

  /** Whether a key's value must not be shown. */
  public static boolean isSecret(String path) {
    return SECRET.matcher(path.toLowerCase(Locale.ROOT)).matches();
  }
}
