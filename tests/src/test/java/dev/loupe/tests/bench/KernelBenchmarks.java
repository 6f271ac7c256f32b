package dev.loupe.tests.bench;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the JMH benchmarks (github.com/openjdk/jmh); not among the tests, engine/PERFORMANCE.md has the command.
 *
 * <p>{@code -Djmh.of=Matmul} or {@code Attention} chooses one of them, {@code -Djmh.dtype=}, {@code -Djmh.tokens=} and
 * the like the values of a parameter of that name; {@code -Djmh.seconds=} is how long each of five measurements takes.
 */
class KernelBenchmarks {
    @Test
    void run() throws Exception {
        var seconds =
                TimeValue.milliseconds((long) (1000 * Double.parseDouble(System.getProperty("jmh.seconds", "1"))));
        var options = new OptionsBuilder()
                .include("dev\\.loupe\\.tests\\.bench\\." + System.getProperty("jmh.of", ".*"))
                .forks(0) // this JVM has the flags that the Vector API needs
                .warmupIterations(5)
                .warmupTime(seconds)
                .measurementIterations(5)
                .measurementTime(seconds)
                .timeout(TimeValue.minutes(5))
                .timeUnit(TimeUnit.SECONDS);
        for (String name : new String[] {"dtype", "tokens", "threads", "activations", "context", "cache"}) {
            String values = System.getProperty("jmh." + name);
            if (values != null) {
                options.param(name, values.split(","));
            }
        }
        new Runner(options.build()).run();
    }
}
