package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How to reach the Hub, as Hugging Face's own tools are told
 * (huggingface.co/docs/huggingface_hub/package_reference/environment_variables).
 *
 * @param endpoint HF_ENDPOINT, usually {@code https://huggingface.co}
 * @param token HF_TOKEN, or what {@code hf auth login} left
 * @param offline HF_HUB_OFFLINE: nothing is asked of the network
 * @param cache where downloads go
 * @param proxies HTTPS_PROXY and its like, or those of the JVM
 */
record HubSettings(URI endpoint, Optional<String> token, boolean offline, HubCache cache, ProxySelector proxies) {
    private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

    static HubSettings of(Map<String, String> environment) {
        return new HubSettings(
                endpoint(environment),
                token(environment),
                yes(environment, "HF_HUB_OFFLINE"),
                HubCache.of(environment),
                Proxies.of(environment));
    }

    private static URI endpoint(Map<String, String> environment) {
        String text = environment.getOrDefault("HF_ENDPOINT", "").strip().replaceFirst("/+$", "");
        if (text.isEmpty()) {
            return URI.create("https://huggingface.co");
        }
        try {
            URI endpoint = URI.create(text);
            if (endpoint.getHost() != null && Set.of("http", "https").contains(endpoint.getScheme())) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            throw noAddress(text);
        }
        throw noAddress(text);
    }

    private static LoupeException noAddress(String text) {
        return new LoupeException(
                "HF_ENDPOINT is \"%s\", which is no web address; set it like https://huggingface.co or unset it."
                        .formatted(text));
    }

    private static Optional<String> token(Map<String, String> environment) {
        if (yes(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        for (String key : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            if (!environment.getOrDefault(key, "").isBlank()) {
                return Optional.of(environment.get(key).strip());
            }
        }
        String file = environment.get("HF_TOKEN_PATH");
        Path path =
                file != null ? UserPath.of(file) : HubCache.home(environment).resolve("token");
        try {
            return Optional.of(Files.readString(path).strip()).filter(token -> !token.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean yes(Map<String, String> environment, String key) {
        return YES.contains(environment.getOrDefault(key, "").toUpperCase(Locale.ROOT));
    }
}
