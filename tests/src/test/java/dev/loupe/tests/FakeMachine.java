package dev.loupe.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A clone of Loupe on a machine that has the everyday tools of a shell and nothing else, until a test installs
 * stand-ins.
 *
 * <p>Invariant: nothing of the real machine's Java, Maven or Python is seen, and no network is used.
 */
final class FakeMachine {
    private static final List<String> TOOLS = List.of(
            "awk",
            "cat",
            "cmp",
            "cp",
            "dirname",
            "find",
            "grep",
            "head",
            "id",
            "ln",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "touch",
            "uname");

    final Path clone;
    private final Path folder;
    private final Path bin;

    FakeMachine(Path folder) throws IOException {
        this.folder = folder;
        clone = folder.resolve("a clone");
        bin = Files.createDirectories(folder.resolve("bin"));
        for (String tool : TOOLS) {
            script(bin.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(real(tool)));
        }
        Files.createDirectories(clone.resolve("kernel-ext/src/main"));
        Files.writeString(clone.resolve("pom.xml"), "<project/>");
        Files.writeString(clone.resolve("requirements.txt"), "jupyterlab==4.6.6\n");
        Files.writeString(clone.resolve("requirements-test.txt"), "a-model==1\n");
        String launcher = Files.readString(Checkout.ROOT.resolve("loupe"))
                .replace("/usr/", folder + "/usr/")
                .replace("/opt/", folder + "/opt/")
                .replace("/Library/", folder + "/Library/");
        script(clone.resolve("loupe"), launcher);
    }

    private static Path real(String tool) {
        return List.of("/usr/bin", "/bin").stream()
                .map(place -> Path.of(place, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    /** Runs the launcher; {@code JAVA_HOME} is not set unless given. */
    Command loupe(Map<String, String> more, String... arguments) {
        var environment = new HashMap<>(Map.of("PATH", bin.toString(), "HOME", folder + "/home"));
        environment.putAll(more);
        var line = new ArrayList<>(List.of(clone.resolve("loupe").toString()));
        line.addAll(List.of(arguments));
        return Command.run(folder, environment, "", line);
    }

    /** A JDK whose {@code java} prints its arguments, one a line. */
    Path jdk(String name, String version) throws IOException {
        Path jdk = folder.resolve("usr/lib/jvm").resolve(name);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(
                jdk.resolve("release"),
                "JAVA_VERSION=\"%s\"\nMODULES=\"java.base jdk.incubator.vector\"\n".formatted(version));
        script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        script(jdk.resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\n");
        return jdk;
    }

    /** Lets a JDK give the classes of its Vector API; its {@code java} still prints its arguments besides. */
    void vectorApi(Path jdk) throws IOException {
        script(jdk.resolve("bin/jimage"), """
                #!/bin/sh
                mkdir -p "$3/jdk.incubator.vector/jdk"
                """);
        script(jdk.resolve("bin/jar"), """
                #!/bin/sh
                [ -d "$5/$6" ] && echo classes >"$3"
                """);
        script(jdk.resolve("bin/java"), """
                #!/bin/sh
                printf '%s\\n' "$0" "$@"
                echo 'qualified exports jdk.internal.vm.vector to a.module jdk.incubator.vector'
                """);
    }

    /** A Maven that, asked to build, notes the call and then does as the script says. */
    void maven(String version, String build) throws IOException {
        script(bin.resolve("mvn"), """
                #!/bin/sh
                case "$*" in *-v) echo "Apache Maven %s (hash)"; exit ;; esac
                echo "$*" >>'%s'
                %s
                """.formatted(version, folder.resolve("maven.calls"), build));
    }

    /** A Maven that builds one jar. */
    void maven() throws IOException {
        maven("3.9.9", "mkdir -p kernel-ext/target/lib && echo jar >kernel-ext/target/lib/loupe.jar");
    }

    /** A Python that makes an environment of itself, notes each call of pip and then does as the script says. */
    void python(String pip) throws IOException {
        script(bin.resolve("python3"), """
                #!/bin/sh
                case "$*" in
                    *venv\\ *) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
                    *pip\\ install*) echo "$*" >>'%s'; %s ;;
                esac
                """.formatted(folder.resolve("pip.calls"), pip));
    }

    /** How often Maven has built. */
    int builds() throws IOException {
        return calls("maven.calls");
    }

    /** How often pip has installed. */
    int installs() throws IOException {
        return calls("pip.calls");
    }

    private int calls(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path).size() : 0;
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        file.toFile().setExecutable(true);
    }
}
