package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that the environment names, as curl and Python read it: {@code https_proxy}, {@code http_proxy},
 * {@code all_proxy} and {@code no_proxy}, in small or capital letters (everything.curl.dev/usingcurl/proxies/env.html).
 *
 * <p>Invariant: without these variables the JVM's own selector decides.
 */
final class Proxies extends ProxySelector {
    private final Map<String, String> environment;

    private Proxies(Map<String, String> environment) {
        this.environment = environment;
    }

    static ProxySelector of(Map<String, String> environment) {
        var proxies = new Proxies(environment);
        boolean named = proxies.variable("https_proxy")
                .or(() -> proxies.variable("http_proxy"))
                .or(() -> proxies.variable("all_proxy"))
                .isPresent();
        return named ? proxies : ProxySelector.getDefault();
    }

    @Override
    public List<Proxy> select(URI uri) {
        Optional<String> proxy = variable(uri.getScheme() + "_proxy").or(() -> variable("all_proxy"));
        return List.of(proxy.isEmpty() || isExcepted(uri.getHost()) ? Proxy.NO_PROXY : proxy(proxy.get()));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // the client reports it
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    /** Whether no_proxy has the host, a domain it is in, or a star. */
    private boolean isExcepted(String host) {
        for (String entry : variable("no_proxy").orElse("").split("[,\\s]+")) {
            String domain = entry.replaceFirst("^\\*?\\.", "").replaceFirst(":\\d+$", "");
            if (entry.equals("*") || !domain.isEmpty() && ("." + host).endsWith("." + domain)) {
                return true;
            }
        }
        return false;
    }

    private static Proxy proxy(String address) {
        try {
            URI uri = URI.create(address.contains("://") ? address : "http://" + address);
            if (uri.getHost() != null && "http".equals(uri.getScheme()) && uri.getUserInfo() == null) {
                int port = uri.getPort() < 0 ? 80 : uri.getPort();
                return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
            }
        } catch (IllegalArgumentException e) {
            throw unusable(address, e);
        }
        throw unusable(address, null);
    }

    private static LoupeException unusable(String address, Exception cause) {
        return new LoupeException(
                "The proxy \"%s\" of the environment cannot be used; set it like http://host:8080, without a password."
                        .formatted(address.replaceFirst("//.*@", "//...@")),
                cause);
    }
}
