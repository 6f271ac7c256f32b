package dev.loupe.engine.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A server that behaves like Hugging Face's Hub, with one repository, the model {@code org/tiny}, which {@code gpt2}
 * names too, and which is the data sets {@code org/texts} and {@code ggml-org/ci}: a list with a revision, small files
 * from itself, large ones by a redirect to a storage with another host name, which takes ranges.
 *
 * <p>Invariant: requests are kept in order, as {@code METHOD path}, with what they asked for.
 */
public final class FakeHub implements AutoCloseable {
    public static final String REVISION = "0123456789abcdef0123456789abcdef01234567";

    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> tokensSeenByStorage = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private final int largeFrom;
    private String requiredToken;
    private int cutAfter = Integer.MAX_VALUE;
    private int cuts;
    private int errors;
    private boolean ranges = true;
    private boolean corrupt;
    private int understated;

    /** @param largeFrom files from this size on lie in the storage */
    public FakeHub(int largeFrom) {
        this.largeFrom = largeFrom;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public FakeHub file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    /** Answers 401 without it. */
    public FakeHub require(String token) {
        requiredToken = token;
        return this;
    }

    /** The next answers of the storage end after so many bytes. */
    public FakeHub cut(int bytes, int times) {
        cutAfter = bytes;
        cuts = times;
        return this;
    }

    /** The next answers of the storage are error 503. */
    public FakeHub fail(int times) {
        errors = times;
        return this;
    }

    /** The storage ignores ranges. */
    public FakeHub withoutRanges() {
        ranges = false;
        return this;
    }

    /** The storage changes a byte. */
    public FakeHub corrupt(boolean yes) {
        corrupt = yes;
        return this;
    }

    /** Says that large files have fewer bytes than they have. */
    public FakeHub understate(int bytes) {
        understated = bytes;
        return this;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public List<String> requests() {
        return List.copyOf(requests);
    }

    public List<String> tokensSeenByStorage() {
        return List.copyOf(tokensSeenByStorage);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String range = exchange.getRequestHeaders().getFirst("Range");
            requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
            String token = exchange.getRequestHeaders().getFirst("Authorization");
            if (path.startsWith("/storage/")) {
                if (token != null) {
                    tokensSeenByStorage.add(token);
                }
                store(exchange, files.get(path.substring("/storage/".length())), range);
            } else if (requiredToken != null && !("Bearer " + requiredToken).equals(token)) {
                exchange.sendResponseHeaders(401, -1);
            } else if (path.matches("/api/(models/(org/tiny|gpt2)|datasets/(org/texts|ggml-org/ci))/revision/main")) {
                send(exchange, list().getBytes());
            } else if (path.matches("/(org/tiny|gpt2|datasets/(org/texts|ggml-org/ci))/resolve/" + REVISION + "/.*")) {
                resolve(exchange, path.replaceFirst("^.*?/resolve/" + REVISION + "/", ""));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private String list() {
        return "{\"id\": \"org/tiny\", \"sha\": \"%s\", \"siblings\": [%s]}"
                .formatted(
                        REVISION,
                        files.keySet().stream()
                                .map(name -> "{\"rfilename\": \"%s\"}".formatted(name))
                                .collect(Collectors.joining(", ")));
    }

    private void resolve(HttpExchange exchange, String name) throws IOException {
        byte[] content = files.get(name);
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        var headers = exchange.getResponseHeaders();
        headers.set("X-Repo-Commit", REVISION);
        if (content.length < largeFrom) {
            headers.set("ETag", "\"" + hash("SHA-1", content) + "\"");
            send(exchange, content);
        } else {
            headers.set("X-Linked-Etag", "\"" + hash("SHA-256", content) + "\"");
            headers.set("X-Linked-Size", "" + (content.length - understated));
            headers.set(
                    "Location",
                    "http://localhost:%d/storage/%s"
                            .formatted(server.getAddress().getPort(), name));
            exchange.sendResponseHeaders(302, -1);
        }
    }

    private void store(HttpExchange exchange, byte[] content, String range) throws IOException {
        if (errors > 0) {
            errors--;
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        int from = range == null || !ranges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= content.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        byte[] rest = Arrays.copyOfRange(content, from, content.length);
        if (corrupt) {
            rest[rest.length - 1] ^= 1;
        }
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, rest.length);
        if (cuts > 0 && rest.length > cutAfter) {
            cuts--;
            exchange.getResponseBody().write(rest, 0, cutAfter);
            exchange.getResponseBody().flush();
            throw new IOException("cut");
        }
        exchange.getResponseBody().write(rest);
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
        } else {
            exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
            exchange.getResponseBody().write(content);
        }
    }

    static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
