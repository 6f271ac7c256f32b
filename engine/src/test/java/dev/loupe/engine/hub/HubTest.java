package dev.loupe.engine.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loupe.engine.CancelledException;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.trace.Progress;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HubTest {
    private static final HubId TINY = HubId.parse("org/tiny").orElseThrow();
    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final byte[] WEIGHTS = random(3_000_000);

    @TempDir
    Path folder;

    private FakeHub hub;
    private Optional<String> token = Optional.empty();

    @BeforeEach
    void start() {
        hub = new FakeHub(100_000)
                .file("config.json", "{\"model_type\": \"llama\"}".getBytes())
                .file("tokenizer.json", "{}".getBytes())
                .file("README.md", "read me".getBytes())
                .file("model.safetensors", WEIGHTS)
                .file("pytorch_model.bin", random(200_000));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aModelLiesAsPythonWouldHaveItAndIsNotFetchedAgain() throws IOException {
        Path snapshot = download();
        assertEquals(folder.resolve("models--org--tiny/snapshots/" + FakeHub.REVISION), snapshot);
        assertArrayEquals(WEIGHTS, Files.readAllBytes(snapshot.resolve("model.safetensors")));
        assertEquals(
                Path.of("../../blobs", FakeHub.hash("SHA-256", WEIGHTS)),
                Files.readSymbolicLink(snapshot.resolve("model.safetensors")));
        assertTrue(Files.exists(snapshot.resolve("tokenizer.json")));
        assertFalse(Files.exists(snapshot.resolve("pytorch_model.bin")), "weights once");
        assertEquals(FakeHub.REVISION, Files.readString(folder.resolve("models--org--tiny/refs/main")));
        assertEquals(Optional.of(snapshot), new HubCache(folder).find(TINY));
        assertEquals(List.of("org/tiny"), new HubCache(folder).ids());

        int asked = hub.requests().size();
        download();
        assertEquals(
                List.of("GET /api/models/org/tiny/revision/main"),
                hub.requests().subList(asked, hub.requests().size()));
    }

    @Test
    void aCutConnectionGoesOnWhereItEnded() throws IOException {
        hub.cut(1_000_000, 2);
        assertArrayEquals(WEIGHTS, Files.readAllBytes(download().resolve("model.safetensors")));
        List<String> ranges = hub.requests().stream()
                .filter(r -> r.startsWith("GET /storage"))
                .toList();
        assertEquals(3, ranges.size());
        assertTrue(ranges.get(1).contains("bytes="), ranges::toString);
    }

    @Test
    void aDownloadThatFailedGoesOnTheNextTime() throws IOException {
        Path blobs = folder.resolve("models--org--tiny/blobs");
        Files.createDirectories(blobs);
        Path incomplete = blobs.resolve(FakeHub.hash("SHA-256", WEIGHTS) + ".incomplete");
        Files.write(incomplete, Arrays.copyOf(WEIGHTS, 2_900_000));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(download().resolve("model.safetensors")));
        assertTrue(hub.requests().contains("GET /storage/model.safetensors bytes=2900000-"));
        assertFalse(Files.exists(incomplete));
    }

    @Test
    void aServerWithoutRangesSendsAllAgain() throws IOException {
        hub.withoutRanges().cut(1_000_000, 1);
        assertArrayEquals(WEIGHTS, Files.readAllBytes(download().resolve("model.safetensors")));
    }

    @Test
    void passingErrorsAreRiddenOut() throws IOException {
        hub.fail(3);
        assertArrayEquals(WEIGHTS, Files.readAllBytes(download().resolve("model.safetensors")));
    }

    @Test
    void aServerThatStaysDownIsOneSentence() {
        hub.fail(1000);
        refused("cannot be reached for org/tiny (error 503)");
        assertEquals(Optional.empty(), new HubCache(folder).find(TINY));
    }

    @Test
    void aServerThatLiesAboutSizesIsNotAskedForEver() {
        hub.understate(7);
        refused("cannot be reached");
        assertTrue(hub.requests().size() < 30, hub.requests()::toString);
    }

    @Test
    void wrongBytesAreThrownAway() throws IOException {
        hub.corrupt(true);
        refused("wrong checksum");
        assertEquals(Optional.empty(), new HubCache(folder).find(TINY));
        hub.corrupt(false);
        assertArrayEquals(WEIGHTS, Files.readAllBytes(download().resolve("model.safetensors")));
    }

    @Test
    void theTokenGoesToTheHubAlone() throws IOException {
        hub.require("secret");
        refused("no public model org/tiny");
        token = Optional.of("wrong");
        refused("does not accept the token");
        token = Optional.of("secret");
        download();
        assertEquals(List.of(), hub.tokensSeenByStorage());
    }

    @Test
    void aModelThatIsNotThereIsToldSo() {
        String message = assertThrows(
                        LoupeException.class,
                        () -> hub().download(HubId.parse("org/none").orElseThrow(), Progress.NONE))
                .getMessage();
        assertTrue(message.contains("has no model org/none"), message);
    }

    @Test
    void offlineIsOneSentence() throws IOException {
        hub.close();
        refused("cannot be reached for org/tiny");
        var settings = HubSettings.of(Map.of("HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", folder.toString()));
        String message = assertThrows(
                        LoupeException.class, () -> new Hub(settings, PAUSE).download(TINY, Progress.NONE))
                .getMessage();
        assertTrue(message.contains("HF_HUB_OFFLINE"), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void somethingElseThanTheHubIsOneSentence() {
        hub.file("\",,,", new byte[1]);
        refused("does not answer as the Hub does");
    }

    @Test
    void shardsAreThoseOfTheIndex() throws IOException {
        try (var sharded = new FakeHub(100_000)) {
            hub.close();
            hub = sharded.file("config.json", "{}".getBytes())
                    .file("consolidated.safetensors", random(200_000))
                    .file("model-00001-of-00002.safetensors", random(150_000))
                    .file("model-00002-of-00002.safetensors", random(250_000))
                    .file("model.safetensors.index.json", """
                            {"weight_map": {"a": "model-00001-of-00002.safetensors",
                             "b": "model-00002-of-00002.safetensors"}}""".getBytes());
            Path snapshot = download();
            assertEquals(250_000, Files.size(snapshot.resolve("model-00002-of-00002.safetensors")));
            assertFalse(Files.exists(snapshot.resolve("consolidated.safetensors")));
            Files.delete(snapshot.resolve("model-00001-of-00002.safetensors"));
            assertEquals(Optional.empty(), new HubCache(folder).find(TINY));
            assertEquals(snapshot, download());
            assertEquals(Optional.of(snapshot), new HubCache(folder).find(TINY));
        }
    }

    @Test
    void oneOfSeveralGgufFilesIsNamed() throws IOException {
        try (var gguf = new FakeHub(100_000)) {
            hub.close();
            hub = gguf.file("tiny-q8_0.gguf", random(150_000))
                    .file("big/tiny-f16-00001-of-00002.gguf", random(10))
                    .file("big/tiny-f16-00002-of-00002.gguf", random(20))
                    .file("../evil.gguf", random(5));
            refused("big/tiny-f16-00001-of-00002.gguf, tiny-q8_0.gguf");
            HubId one = HubId.parse("org/tiny/tiny-q8_0.gguf").orElseThrow();
            Path path = hub().download(one, Progress.NONE);
            assertEquals(150_000, Files.size(path));
            assertEquals(Optional.of(path), new HubCache(folder).find(one));
            HubId split =
                    HubId.parse("org/tiny/big/tiny-f16-00001-of-00002.gguf").orElseThrow();
            Path first = hub().download(split, Progress.NONE);
            assertEquals(20, Files.size(first.resolveSibling("tiny-f16-00002-of-00002.gguf")));
        }
    }

    @Test
    void progressEndsAtItsTotal() {
        var updates = new ArrayList<long[]>();
        hub().download(TINY, (task, done, total) -> updates.add(new long[] {done, total}));
        assertTrue(updates.size() > 5, "only " + updates.size());
        assertEquals(updates.getLast()[1], updates.getLast()[0]);
        for (int i = 1; i < updates.size(); i++) {
            assertTrue(updates.get(i)[0] >= updates.get(i - 1)[0]);
            assertTrue(updates.get(i)[0] < updates.get(i)[1] || i == updates.size() - 1);
        }
    }

    @Test
    void anInterruptStopsAndKeepsWhatCame() {
        var stopped = assertThrows(
                CancelledException.class,
                () -> hub().download(TINY, (task, done, total) -> {
                    if (done > 1_000_000) {
                        Thread.currentThread().interrupt();
                    }
                }));
        assertTrue(stopped.getMessage().contains("is kept"), stopped.getMessage());
        assertFalse(Thread.interrupted(), "the interrupt is consumed");
        Path blobs = folder.resolve("models--org--tiny/blobs");
        assertTrue(blobs.resolve(FakeHub.hash("SHA-256", WEIGHTS) + ".incomplete")
                        .toFile()
                        .length()
                > 500_000);
        download();
        assertTrue(hub.requests().stream().anyMatch(r -> r.contains("bytes=")));
    }

    @Test
    void settingsAreThoseOfHuggingFacesTools() throws IOException {
        var plain = HubSettings.of(Map.of("HF_HOME", folder.toString()));
        assertEquals(URI.create("https://huggingface.co"), plain.endpoint());
        assertEquals(Optional.empty(), plain.token());
        assertFalse(plain.offline());
        Files.writeString(folder.resolve("token"), "abc\n");
        var logged =
                Map.of("HF_HOME", folder.toString(), "HF_ENDPOINT", "http://mirror:8080/", "HF_HUB_OFFLINE", "yes");
        assertEquals(Optional.of("abc"), HubSettings.of(logged).token());
        assertEquals(URI.create("http://mirror:8080"), HubSettings.of(logged).endpoint());
        assertTrue(HubSettings.of(logged).offline());
        assertEquals(Optional.of("x"), HubSettings.of(Map.of("HF_TOKEN", "x")).token());
        assertThrows(LoupeException.class, () -> HubSettings.of(Map.of("HF_ENDPOINT", "no address")));
    }

    @Test
    void idsHaveTheFormOfIds() {
        assertEquals("org/name", HubId.parse("org/name").orElseThrow().toString());
        for (String no : List.of("name", "/a/b", "a/b/c", "a/../b", "a/b/../c.gguf", "a/.b", "", "a b/c")) {
            assertEquals(Optional.empty(), HubId.parse(no), no);
        }
    }

    /** The Hub's first models have no organisation. */
    @Test
    void aSingleNameIsAnIdWhereItIsMeantToBe() {
        HubId id = HubId.canonical("gpt2").orElseThrow();
        Path snapshot = hub().download(id, Progress.NONE);
        assertEquals(folder.resolve("models--gpt2/snapshots/" + FakeHub.REVISION), snapshot);
        assertEquals(List.of("gpt2"), new HubCache(folder).ids());
        for (String no : List.of("a/b", ".a", "a b", "model.gguf", "")) {
            assertEquals(Optional.empty(), HubId.canonical(no), no);
        }
    }

    @Test
    void aFileOfADataSetLiesWhereDataSetsDo() throws IOException {
        hub.file("raw/texts.zip", random(150_000));
        var store =
                DatasetStore.of(Map.of("HF_ENDPOINT", hub.endpoint().toString(), "HF_HUB_CACHE", folder.toString()));
        Path file = store.findOrDownload("org/texts", "raw/texts.zip", Progress.NONE);
        assertEquals(folder.resolve("datasets--org--texts/snapshots/" + FakeHub.REVISION + "/raw/texts.zip"), file);
        assertArrayEquals(random(150_000), Files.readAllBytes(file));
        assertEquals(List.of(), new HubCache(folder).ids(), "no model");
        int asked = hub.requests().size();
        assertEquals(file, store.findOrDownload("org/texts", "raw/texts.zip", Progress.NONE));
        assertEquals(asked, hub.requests().size(), "what is here is not asked for");
        String message = assertThrows(
                        LoupeException.class, () -> store.findOrDownload("org/none", "a.zip", Progress.NONE))
                .getMessage();
        assertTrue(message.contains("has no data set org/none/a.zip"), message);
    }

    @Test
    void throughTheProxyOfTheEnvironment() {
        var environment = Map.of(
                "HF_ENDPOINT", "http://hub.invalid",
                "HF_HOME", folder.toString(),
                "http_proxy", hub.endpoint().toString());
        Path snapshot = new Hub(HubSettings.of(environment), PAUSE).download(TINY, Progress.NONE);
        assertTrue(Files.exists(snapshot.resolve("model.safetensors")));
    }

    @Test
    void proxiesAreThoseOfCurl() {
        URI uri = URI.create("https://huggingface.co/org");
        var proxies = Proxies.of(Map.of("HTTPS_PROXY", "http://proxy:3128", "NO_PROXY", "localhost, .corp.example"));
        assertEquals(
                "HTTP @ proxy/<unresolved>:3128", proxies.select(uri).getFirst().toString());
        assertEquals(List.of(Proxy.NO_PROXY), proxies.select(URI.create("http://huggingface.co")));
        assertEquals(List.of(Proxy.NO_PROXY), proxies.select(URI.create("https://hub.corp.example")));
        assertEquals(1, proxies.select(URI.create("https://nocorp.example")).size());
        var all = Proxies.of(Map.of("all_proxy", "proxy:1080", "no_proxy", "*"));
        assertEquals(List.of(Proxy.NO_PROXY), all.select(uri));
        assertEquals(ProxySelector.getDefault(), Proxies.of(Map.of("no_proxy", "*")));
        for (String bad : List.of("socks5://proxy:1080", "http://user:secret@proxy:3128", "http://")) {
            var e = assertThrows(
                    LoupeException.class,
                    () -> Proxies.of(Map.of("https_proxy", bad)).select(uri));
            assertFalse(e.getMessage().contains("secret"), e.getMessage());
        }
    }

    private Hub hub() {
        return new Hub(
                new HubSettings(hub.endpoint(), token, false, new HubCache(folder), ProxySelector.getDefault()), PAUSE);
    }

    private Path download() {
        return hub().download(TINY, Progress.NONE);
    }

    private void refused(String part) {
        String message = assertThrows(LoupeException.class, this::download).getMessage();
        assertTrue(message.contains(part), message);
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.endsWith("."), message);
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
