package dev.loupe.engine.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loupe.engine.LoupeException;
import dev.loupe.engine.Shared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Templates of real models, as Hugging Face renders them. */
class ChatTemplateTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> referenceCases() throws IOException {
        JsonNode models =
                JSON.readTree(Shared.path("reference/chat-templates/cases.json").toFile());
        List<DynamicTest> tests = new ArrayList<>();
        models.properties().forEach(model -> {
            JsonNode reference = model.getValue();
            Map<String, String> tokens = new HashMap<>();
            for (String name : List.of("bos_token", "eos_token")) {
                if (!reference.get(name).isNull()) {
                    tokens.put(name, reference.get(name).asText());
                }
            }
            ChatTemplate template =
                    ChatTemplate.of(reference.get("chat_template").asText(), tokens);
            for (JsonNode c : reference.get("cases")) {
                String name = model.getKey() + ": " + c.get("conversation").asText() + " " + tests.size();
                tests.add(DynamicTest.dynamicTest(name, () -> check(template, reference, c)));
            }
        });
        assertTrue(tests.size() > 80, "only " + tests.size() + " cases");
        return tests.stream();
    }

    /** Templates of our own, one feature each, against transformers 5.23. */
    @TestFactory
    Stream<DynamicTest> ownCases() throws IOException {
        JsonNode cases = JSON.readTree(getClass().getResource("own-cases.json"));
        var maps = new TypeReference<List<Map<String, Object>>>() {};
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode c : cases.get("cases")) {
            tests.add(DynamicTest.dynamicTest(c.get("template").asText(), () -> {
                List<Map<String, Object>> messages =
                        JSON.convertValue(cases.get(c.get("messages").asText()), maps);
                List<Map<String, Object>> tools =
                        c.get("tools").asBoolean() ? JSON.convertValue(cases.get("tools"), maps) : null;
                Supplier<String> rendered = () -> ChatTemplate.of(
                                c.get("template").asText(), Map.of("bos_token", "<s>", "eos_token", "</s>"))
                        .render(messages, tools, c.get("prompt").asBoolean(), Map.of());
                if (c.has("raises")) {
                    assertThrows(LoupeException.class, rendered::get);
                } else {
                    assertEquals(c.get("rendered").asText(), rendered.get());
                }
            }));
        }
        assertTrue(tests.size() > 150, "only " + tests.size() + " cases");
        return tests.stream();
    }

    private static void check(ChatTemplate template, JsonNode reference, JsonNode c) {
        var maps = new TypeReference<List<Map<String, Object>>>() {};
        List<Map<String, Object>> messages = JSON.convertValue(c.get("messages"), maps);
        List<Map<String, Object>> tools = JSON.convertValue(c.get("tools"), maps);
        boolean prompt = c.get("add_generation_prompt").asBoolean();
        Map<String, Object> date =
                Map.of("date_string", reference.get("date_string").asText());
        if (c.has("raises")) {
            LoupeException e = assertThrows(LoupeException.class, () -> template.render(messages, tools, prompt, date));
            String reason = c.get("raises").asText().replaceFirst("^TemplateError: ", "");
            assertTrue(e.getMessage().contains(reason), e.getMessage());
        } else {
            assertEquals(c.get("rendered").asText(), template.render(messages, tools, prompt, date));
        }
    }

    @Test
    void messagesRenderLikeMaps() {
        ChatTemplate template = ChatTemplate.of(
                "{{ bos_token }}{% for m in messages %}[{{ m.role }}|{{ m['content'] }}]{% endfor %}"
                        + "{{ eos_token is defined }}{{ tools is none }}{% if add_generation_prompt %}>{% endif %}",
                Map.of("bos_token", "<s>"));
        List<Message> messages = List.of(Message.system("a"), Message.user("b"), Message.assistant("c"));
        assertEquals("<s>[system|a][user|b][assistant|c]FalseTrue>", template.render(messages, true));
        assertEquals("<s>FalseTrue", template.render(List.of(), false));
    }

    @Test
    void anErrorNamesItsLine() {
        LoupeException syntax = assertThrows(LoupeException.class, () -> ChatTemplate.of("a\n{% if %}", Map.of()));
        assertTrue(syntax.getMessage().contains("line 2"), syntax.getMessage());
        ChatTemplate template = ChatTemplate.of("a\n\n{{ messages[0].x.y }}", Map.of());
        LoupeException failure =
                assertThrows(LoupeException.class, () -> template.render(List.of(Message.user("a")), true));
        assertTrue(failure.getMessage().contains("line 3"), failure.getMessage());
    }
}
