package dev.loupe.engine.chat.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small templates for every part of the language; what they give was written by Jinja 3.1.6 with Hugging Face's
 * settings.
 */
class TemplateTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 4, 15, 6, 7);

    @TestFactory
    Stream<DynamicTest> asJinja() throws IOException {
        JsonNode golden;
        try (InputStream file = TemplateTest.class.getResourceAsStream("templates.json")) {
            golden = new ObjectMapper().readTree(file);
        }
        Map<String, Object> variables =
                new ObjectMapper().convertValue(golden.get("variables"), new TypeReference<>() {});
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode c : golden.get("cases")) {
            String source = c.get("template").asText();
            tests.add(DynamicTest.dynamicTest(source, () -> {
                if (c.has("rendered")) {
                    assertEquals(c.get("rendered").asText(), render(source, variables));
                } else {
                    assertThrows(JinjaException.class, () -> render(source, variables));
                }
            }));
        }
        return tests.stream();
    }

    @Test
    void timeIsWrittenAsByPython() {
        assertEquals("04 Mar 2026", render("{{ strftime_now('%d %b %Y') }}", Map.of()));
        assertEquals(
                "Wednesday, 4 March 26 03:06:07 PM 063 %",
                render("{{ strftime_now('%A, %-d %B %y %I:%M:%S %p %j %%') }}", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(99999) %}{% for j in range(99999) %}{% for k in range(99999) %}x{% endfor %}{% endfor %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
                "{{ 'a' * 9999999999 }}",
                "{{ [0] * 999999999 }}",
                "{{ 'a'.center(999999999) }}",
                "{{ '%9999d' % 1 * 9999 }}",
                "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x | replace('a', 'aa') %}{% endfor %}",
                "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x | tojson %}{% endfor %}",
                "{{ 9 ** 9 ** 9 }}",
                "{{ 2 ** 62 * 4 }}"
            })
    void aTemplateWithoutEndFails(String source) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertThrows(JinjaException.class, () -> render(source, Map.of())));
    }

    @Test
    void deepNestingFails() {
        assertThrows(JinjaException.class, () -> Template.parse("{{ " + "(".repeat(100_000)));
        assertThrows(JinjaException.class, () -> Template.parse("{% if a %}".repeat(100_000)));
        assertThrows(JinjaException.class, () -> render("{{ 1" + " + 1".repeat(100_000) + " }}", Map.of()));
    }

    @Test
    void longTemplatesAndInputsAreRead() {
        String spaces = " ".repeat(1_000_000);
        assertEquals(spaces + "x", render(spaces + "{{ 'x' }}", Map.of()));
        assertEquals(3_000_000, render("{{ a ~ a ~ a }}", Map.of("a", spaces)).length());
    }

    private static String render(String source, Map<String, Object> variables) {
        return Template.parse(source).render(variables, () -> NOW);
    }
}
