package dev.loupe.engine.hub;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/**
 * Requests to the Hub: with the token, through redirects, failures as sentences.
 *
 * <p>Invariant: the token goes to the endpoint's own host and to no other, and no redirect leads from https to http.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HubSettings settings;
    private final HttpClient http;

    HubClient(HubSettings settings) {
        this.settings = settings;
        http = HttpClient.newBuilder()
                .followRedirects(Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .proxy(settings.proxies())
                .build();
    }

    /** The content behind a path of the endpoint, from a byte on; the caller closes it. */
    HttpResponse<InputStream> get(String path, long from) throws IOException {
        URI uri = uri(path);
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpRequest.Builder request = request(uri).GET();
            if (from > 0) {
                request.header("Range", "bytes=" + from + "-");
            }
            HttpResponse<InputStream> response = send(request.build(), BodyHandlers.ofInputStream());
            Optional<URI> next = redirect(response);
            if (next.isEmpty()) {
                return response;
            }
            response.body().close();
            uri = next.get();
        }
        throw new IOException("more than %d redirects".formatted(MOST_REDIRECTS));
    }

    /** What the Hub says of a file, without following it to its storage once it has said it. */
    HttpResponse<Void> head(String path) throws IOException {
        URI uri = uri(path);
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpResponse<Void> response = send(
                    request(uri)
                            .method("HEAD", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.discarding());
            Optional<URI> next = redirect(response);
            boolean told = response.headers().firstValue("X-Linked-Etag").isPresent();
            if (next.isEmpty() || told) {
                return response;
            }
            uri = next.get();
        }
        throw new IOException("more than %d redirects".formatted(MOST_REDIRECTS));
    }

    private URI uri(String path) {
        return URI.create(settings.endpoint() + path);
    }

    private HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("User-Agent", "loupe; java/" + Runtime.version().feature())
                .header("Accept-Encoding", "identity");
        if (sameHost(uri)) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        return request;
    }

    private boolean sameHost(URI uri) {
        return settings.endpoint().getScheme().equals(uri.getScheme())
                && settings.endpoint().getAuthority().equals(uri.getAuthority());
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) throws IOException {
        try {
            return http.send(request, body);
        } catch (InterruptedException e) {
            throw new CancelledException("Stopped; what was downloaded is kept, and loading again goes on from there.");
        }
    }

    private static Optional<URI> redirect(HttpResponse<?> response) throws IOException {
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() / 100 != 3 || location.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI next = response.uri().resolve(location.get());
            boolean weaker = "https".equals(response.uri().getScheme()) && !"https".equals(next.getScheme());
            if (weaker || next.getHost() == null) {
                throw new IOException("a redirect to " + next);
            }
            return Optional.of(next);
        } catch (IllegalArgumentException e) {
            throw new IOException("a redirect to no address", e);
        }
    }

    /** The sentence for an answer other than the content. */
    LoupeException refusal(HubId id, int status) {
        boolean known = settings.token().isPresent();
        String host = settings.endpoint().getAuthority();
        return new LoupeException(
                switch (status) {
                    case 401 ->
                        known
                                ? "%s does not accept the token for %s; log in again with \"hf auth login\" or set HF_TOKEN."
                                        .formatted(host, id)
                                : "%s has no public %s %s; check the name or, if it is private or gated, set HF_TOKEN."
                                        .formatted(host, id.kind().noun(), id);
                    case 403 ->
                        "%s does not let this user have %s; accept its licence at %s/%s and set HF_TOKEN."
                                .formatted(host, id, settings.endpoint(), id.page());
                    case 404 ->
                        "%s has no %s %s; check the name."
                                .formatted(host, id.kind().noun(), id);
                    case 429 ->
                        "%s has had too many requests; wait some minutes and load %s again.".formatted(host, id);
                    default -> "%s answers with error %d for %s; try again later.".formatted(host, status, id);
                });
    }

    /** The sentence for no answer. */
    LoupeException unreachable(HubId id, IOException cause) {
        String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new LoupeException(
                "%s cannot be reached for %s (%s); check the network, or name a %s that is here."
                        .formatted(
                                settings.endpoint().getAuthority(),
                                id,
                                why.lines().findFirst().orElse(""),
                                id.kind().noun()),
                cause);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
