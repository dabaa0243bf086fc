package io.accelerant.core.json;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Records as JSON and back, bit-equal. They may hold numbers, texts, booleans, enums, records,
 * arrays and lists of these, and maps, sorted or not, with text keys. A {@code byte[]} or {@code
 * float[]} becomes a base64 text (little-endian): weights are large, and a network that went astray
 * has NaN in them.
 */
public final class RecordJson {
  private RecordJson() {}

  /** The form that {@link CanonicalJson} writes. */
  public static Object tree(Object value) {
    if (value instanceof Record record) {
      Map<String, Object> tree = new LinkedHashMap<>();
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        tree.put(component.getName(), tree(component(record, component)));
      }
      return tree;
    } else if (value instanceof Map<?, ?> map) {
      Map<String, Object> tree = new LinkedHashMap<>();
      map.forEach((key, element) -> tree.put((String) key, tree(element)));
      return tree;
    } else if (value instanceof List<?> list) {
      return list.stream().map(RecordJson::tree).toList();
    } else if (value instanceof Object[] array) {
      return Arrays.stream(array).map(RecordJson::tree).toList();
    } else if (value instanceof byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    } else if (value instanceof float[] floats) {
      byte[] bytes = new byte[4 * floats.length];
      littleEndian(bytes).put(floats);
      return tree(bytes);
    }
    return value instanceof Enum<?> constant ? constant.name() : value;
  }

  private static FloatBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static Object component(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The value of a tree.
   *
   * @param whatItIs named in errors
   * @throws DataException if the tree has another form than the type
   */
  public static <T> T read(Object tree, Class<T> type, String whatItIs) {
    try {
      @SuppressWarnings("unchecked")
      T value = (T) value(tree, type);
      return value;
    } catch (RuntimeException | ReflectiveOperationException e) {
      throw new DataException(
          Text.of("%s is not of the form %s: %s", whatItIs, type.getSimpleName(), e), e);
    }
  }

  private static Object value(Object tree, Type type) throws ReflectiveOperationException {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return list((List<?>) tree, arguments[0]);
      }
      boolean sorted = generic.getRawType() == SortedMap.class;
      return map((Map<?, ?>) tree, arguments[1], sorted ? new TreeMap<>() : new LinkedHashMap<>());
    }
    Class<?> wanted = (Class<?>) type;
    if (wanted == byte[].class) {
      return Base64.getDecoder().decode((String) tree);
    } else if (wanted == float[].class) {
      return floats(Base64.getDecoder().decode((String) tree));
    } else if (wanted.isArray()) {
      return array((List<?>) tree, wanted.getComponentType());
    } else if (wanted.isRecord()) {
      return record((Map<?, ?>) tree, wanted);
    } else if (wanted.isEnum()) {
      return constant((String) tree, wanted);
    }
    return scalar(tree, wanted);
  }

  private static Object scalar(Object tree, Class<?> wanted) {
    if (wanted == double.class || wanted == Double.class) {
      return ((Number) tree).doubleValue();
    } else if (wanted == long.class || wanted == Long.class) {
      return tree instanceof Integer number ? (Object) number.longValue() : (Long) tree;
    } else if (wanted == int.class) {
      return (Integer) tree;
    } else if (wanted == boolean.class) {
      return (Boolean) tree;
    }
    return wanted.cast(tree);
  }

  private static float[] floats(byte[] bytes) {
    float[] floats = new float[bytes.length / 4];
    littleEndian(bytes).get(floats);
    return floats;
  }

  private static List<Object> list(List<?> tree, Type type) throws ReflectiveOperationException {
    List<Object> list = new ArrayList<>();
    for (Object element : tree) {
      list.add(value(element, type));
    }
    return List.copyOf(list);
  }

  private static Map<String, Object> map(Map<?, ?> tree, Type type, Map<String, Object> map)
      throws ReflectiveOperationException {
    for (Map.Entry<?, ?> entry : tree.entrySet()) {
      map.put((String) entry.getKey(), value(entry.getValue(), type));
    }
    return map;
  }

  private static Object array(List<?> tree, Class<?> type) throws ReflectiveOperationException {
    Object array = Array.newInstance(type, tree.size());
    int i = 0;
    for (Object element : tree) {
      Array.set(array, i++, value(element, type));
    }
    return array;
  }

  private static Object record(Map<?, ?> tree, Class<?> type) throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    if (components.length != tree.size()) {
      throw new IllegalArgumentException("it has " + tree.keySet());
    }
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < values.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(tree.get(components[i].getName()), components[i].getGenericType());
    }
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(values);
  }

  private static Object constant(String name, Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> ((Enum<?>) constant).name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
