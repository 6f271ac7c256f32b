package dev.loupe.engine.backend.opencl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A device that the system's OpenCL drivers offer.
 *
 * @param id cl_device_id
 * @param name as its driver calls it
 * @param platform of its driver ("Portable Computing Language", "NVIDIA CUDA")
 * @param driver version of the driver
 * @param version of OpenCL ("OpenCL 1.2 ...")
 * @param isCpu whether it is this machine's processor
 * @param computeUnits cores or multiprocessors
 * @param memory bytes
 * @param largestBuffer bytes of the largest piece of memory
 * @param available whether it can be used now
 * @param features what it has beyond OpenCL 1.2
 */
record ClDevice(
        MemorySegment id,
        String name,
        String platform,
        String driver,
        String version,
        boolean isCpu,
        int computeUnits,
        long memory,
        long largestBuffer,
        boolean available,
        ClFeatures features) {
    private static final int PLATFORM_NAME = 0x0902;
    private static final int TYPE = 0x1000;
    private static final int MAX_COMPUTE_UNITS = 0x1002;
    private static final int MAX_MEM_ALLOC_SIZE = 0x1010;
    private static final int GLOBAL_MEM_SIZE = 0x101F;
    private static final int AVAILABLE = 0x1027;
    private static final int NAME = 0x102B;
    private static final int DRIVER_VERSION = 0x102D;
    private static final int VERSION = 0x102F;
    private static final int EXTENSIONS = 0x1030;
    private static final int LANGUAGE_VERSIONS = 0x1066;
    private static final int LANGUAGE_FEATURES = 0x106F;
    private static final long TYPE_CPU = 1 << 1;
    private static final long TYPE_ALL = 0xFFFFFFFFL;
    private static final int MOST = 64;
    private static final int THREE = 3 << 22; // of 10, 10 and 12 bits

    /** A version and a name, as OpenCL 3.0 lists them. */
    private record Named(int version, String name) {
        static final int BYTES = Integer.BYTES + 64;
    }

    /** All devices of all drivers, in the order of the loader; empty where there is none. */
    static List<ClDevice> all(OpenCl cl) {
        var devices = new ArrayList<ClDevice>();
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment platform : platforms(cl, arena)) {
                String name = string(cl.getPlatformInfo, platform, PLATFORM_NAME, arena);
                for (MemorySegment id : ids(cl, platform, arena)) {
                    devices.add(of(cl, id, name, arena));
                }
            }
        }
        return devices;
    }

    private static List<MemorySegment> platforms(OpenCl cl, Arena arena) {
        MemorySegment ids = arena.allocate(ADDRESS, MOST);
        MemorySegment count = arena.allocate(JAVA_INT);
        int status = ClStatus.status("clGetPlatformIDs", () -> (int) cl.getPlatformIds.invokeExact(MOST, ids, count));
        if (status == ClStatus.PLATFORM_NOT_FOUND) {
            return List.of();
        }
        ClStatus.check(status, "clGetPlatformIDs");
        return list(ids, count);
    }

    private static List<MemorySegment> ids(OpenCl cl, MemorySegment platform, Arena arena) {
        MemorySegment ids = arena.allocate(ADDRESS, MOST);
        MemorySegment count = arena.allocate(JAVA_INT);
        int status = ClStatus.status(
                "clGetDeviceIDs", () -> (int) cl.getDeviceIds.invokeExact(platform, TYPE_ALL, MOST, ids, count));
        if (status == ClStatus.DEVICE_NOT_FOUND) {
            return List.of();
        }
        ClStatus.check(status, "clGetDeviceIDs");
        return list(ids, count);
    }

    private static List<MemorySegment> list(MemorySegment ids, MemorySegment count) {
        var list = new ArrayList<MemorySegment>();
        for (int i = 0; i < Math.min(MOST, count.get(JAVA_INT, 0)); i++) {
            list.add(ids.getAtIndex(ADDRESS, i));
        }
        return list;
    }

    private static ClDevice of(OpenCl cl, MemorySegment id, String platform, Arena arena) {
        MethodHandle info = cl.getDeviceInfo;
        return new ClDevice(
                id,
                string(info, id, NAME, arena),
                platform,
                string(info, id, DRIVER_VERSION, arena),
                string(info, id, VERSION, arena),
                (number(info, id, TYPE, arena) & TYPE_CPU) != 0,
                (int) number(info, id, MAX_COMPUTE_UNITS, arena),
                number(info, id, GLOBAL_MEM_SIZE, arena),
                number(info, id, MAX_MEM_ALLOC_SIZE, arena),
                number(info, id, AVAILABLE, arena) != 0,
                features(info, id, platform, arena));
    }

    /** CL_DEVICE_OPENCL_C_VERSION would be 1.2 for most that have 3.0 too. */
    private static ClFeatures features(MethodHandle info, MemorySegment id, String platform, Arena arena) {
        boolean isThree = list(info, id, LANGUAGE_VERSIONS, arena).stream().anyMatch(each -> each.version >= THREE);
        Set<String> macros = list(info, id, LANGUAGE_FEATURES, arena).stream()
                .map(Named::name)
                .collect(Collectors.toSet());
        return ClFeatures.of(platform, string(info, id, EXTENSIONS, arena), isThree, macros);
    }

    /** What a device lists; nothing before OpenCL 3.0. */
    private static List<Named> list(MethodHandle info, MemorySegment of, int what, Arena arena) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        MemorySegment none = MemorySegment.NULL;
        int status = ClStatus.status("clGetDeviceInfo", () -> (int) info.invokeExact(of, what, 0L, none, size));
        if (status != ClStatus.SUCCESS) {
            return List.of();
        }
        MemorySegment all = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
        info(info, of, what, all, MemorySegment.NULL);
        return LongStream.range(0, size.get(JAVA_LONG, 0) / Named.BYTES)
                .mapToObj(i -> all.asSlice(i * Named.BYTES, Named.BYTES))
                .map(each -> new Named(each.get(JAVA_INT, 0), each.getString(Integer.BYTES)))
                .toList();
    }

    /** A number of 4 or 8 bytes. */
    private static long number(MethodHandle info, MemorySegment of, int what, Arena arena) {
        MemorySegment value = arena.allocate(JAVA_LONG);
        info(info, of, what, value, MemorySegment.NULL);
        return value.get(JAVA_LONG, 0);
    }

    private static String string(MethodHandle info, MemorySegment of, int what, Arena arena) {
        MemorySegment size = arena.allocate(JAVA_LONG);
        info(info, of, what, MemorySegment.NULL, size);
        MemorySegment text = arena.allocate(size.get(JAVA_LONG, 0) + 1);
        info(info, of, what, text, MemorySegment.NULL);
        return text.getString(0, StandardCharsets.UTF_8).strip();
    }

    private static void info(MethodHandle info, MemorySegment of, int what, MemorySegment value, MemorySegment size) {
        ClStatus.call("clGetDeviceInfo", () -> (int) info.invokeExact(of, what, value.byteSize(), value, size));
    }

    /** Whether its OpenCL is 1.2 or later, as the kernels need. */
    boolean isNewEnough() {
        String[] words = version.split(" ");
        return words.length > 1 && words[1].compareTo("1.2") >= 0;
    }

    /** For example "pthread-Intel Xeon, 2 compute units (Portable Computing Language 3.1, OpenCL 1.2)". */
    String describe() {
        String[] words = version.toUpperCase(Locale.ROOT).split(" ");
        return "%s, %d compute units (%s, driver %s, OpenCL %s%s)"
                .formatted(
                        name, computeUnits, platform, driver, words.length > 1 ? words[1] : "?", features.describe());
    }
}
