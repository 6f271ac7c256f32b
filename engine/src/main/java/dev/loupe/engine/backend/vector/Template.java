package dev.loupe.engine.backend.vector;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Classes made from one class's bytes: what they are made for is a constant to the compiler, and each has a profile of
 * its own. They have names, so that an AOT cache keeps those that {@link KernelJar} put on the class path, profiles
 * included; the others are made when they are asked for.
 *
 * <p>A loop that serves many dtypes or operations through an interface is fast only as long as a program uses two.
 * Invariant: a name stands for the same data as long as a process lives.
 */
final class Template {
    private static final String PACKAGE = Template.class.getPackageName() + ".";
    private static final char OF = '_'; // between the template's name and what the class is made for

    private static final Map<String, Object> DATA = new ConcurrentHashMap<>(); // by name of class

    private Template() {}

    /** An instance of the class of the code of {@code template} (of this package) that is made for {@code data}. */
    static <T> T of(String template, String name, Object data, Class<T> type) {
        String made = PACKAGE + template + OF + name;
        DATA.putIfAbsent(made, data);
        try {
            return type.cast(find(made).getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> find(String made) throws IllegalAccessException {
        try {
            return Class.forName(made);
        } catch (ClassNotFoundException e) {
            return MethodHandles.lookup().defineClass(bytes(made));
        }
    }

    private static byte[] bytes(String made) {
        String template = made.substring(0, made.indexOf(OF));
        try (InputStream bytes = Template.class.getResourceAsStream(template.substring(PACKAGE.length()) + ".class")) {
            return renamed(new DataInputStream(bytes), template.replace('.', '/'), made.replace('.', '/'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A class file (JVMS 4.4) whose constants name class {@code to} wherever they named {@code from}, its own name. */
    private static byte[] renamed(DataInputStream in, String from, String to) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeLong(in.readLong());
        int count = in.readUnsignedShort();
        out.writeShort(count);
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            switch (tag) {
                case PoolEntry.TAG_UTF8 -> {
                    String text = in.readUTF();
                    out.writeUTF(text.equals(from) ? to : text.replace("L" + from + ";", "L" + to + ";"));
                }
                case PoolEntry.TAG_LONG, PoolEntry.TAG_DOUBLE -> {
                    out.writeLong(in.readLong());
                    i++; // they count twice
                }
                case PoolEntry.TAG_CLASS, PoolEntry.TAG_STRING, PoolEntry.TAG_METHOD_TYPE ->
                    out.writeShort(in.readShort());
                case PoolEntry.TAG_METHOD_HANDLE -> out.write(in.readNBytes(3));
                default -> out.writeInt(in.readInt());
            }
        }
        in.transferTo(out);
        return bytes.toByteArray();
    }

    /** The bytes of all classes that were asked for so far, by their names. */
    static SortedMap<String, byte[]> made() {
        var made = new TreeMap<String, byte[]>();
        DATA.keySet().forEach(name -> made.put(name, bytes(name)));
        return made;
    }

    /** What the class that {@link #of} made of a template by a name was made for. */
    static <T> T data(String template, String name, Class<T> type) {
        return type.cast(DATA.get(PACKAGE + template + OF + name));
    }

    /** What the class of a lookup was made for. */
    static <T> T data(MethodHandles.Lookup lookup, Class<T> type) {
        return type.cast(DATA.get(lookup.lookupClass().getName()));
    }
}
