package dev.loupe.engine.hub;

import dev.loupe.engine.LoupeException;
import java.net.http.HttpHeaders;
import java.util.regex.Pattern;

/**
 * What the Hub says of a file.
 *
 * @param name its path in the repository
 * @param etag names its content: the SHA-256 of a large file, git's hash of a small one
 * @param size in bytes, or -1 if it is not said
 */
record RemoteFile(String name, String etag, long size) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** A file from the headers of an answer; those of its storage ({@code X-Linked-}) go before those of the answer. */
    static RemoteFile of(String name, HttpHeaders headers) {
        String etag = headers.firstValue("X-Linked-Etag")
                .or(() -> headers.firstValue("ETag"))
                .map(value -> value.replaceFirst("^W/", "").replace("\"", ""))
                .filter(HubCache::isRevision)
                .orElseThrow(() -> new LoupeException(
                        "The server does not say which content %s has (no ETag); set HF_ENDPOINT to one that is as the Hub."
                                .formatted(name)));
        String size = headers.firstValue("X-Linked-Size")
                .or(() -> headers.firstValue("Content-Length"))
                .orElse("");
        return new RemoteFile(name, etag, size.matches("\\d{1,18}") ? Long.parseLong(size) : -1);
    }

    /** Whether the etag is the content's checksum. */
    boolean hasChecksum() {
        return SHA256.matcher(etag).matches();
    }
}
