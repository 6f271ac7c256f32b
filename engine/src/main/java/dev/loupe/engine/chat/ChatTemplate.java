package dev.loupe.engine.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import dev.loupe.engine.LoupeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model's own chat template: Jinja text that turns messages into the text the model was trained on. */
public final class ChatTemplate {
    private final String jinja;
    private final Map<String, String> specialTokens;

    private ChatTemplate(String jinja, Map<String, String> specialTokens) {
        this.jinja = jinja;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /** @param specialTokens by name: "bos_token", "eos_token" */
    public static ChatTemplate of(String jinja, Map<String, String> specialTokens) {
        return new ChatTemplate(jinja, specialTokens);
    }

    /** The conversation as the model expects it; with {@code addGenerationPrompt} the assistant's turn is begun. */
    public String render(List<Message> messages, boolean addGenerationPrompt) {
        Map<String, Object> context = new HashMap<>(specialTokens);
        context.put(
                "messages",
                messages.stream()
                        .map(m -> Map.of("role", m.role(), "content", m.content()))
                        .toList());
        context.put("add_generation_prompt", addGenerationPrompt);
        var config = JinjavaConfig.newBuilder()
                .withTrimBlocks(true)
                .withLstripBlocks(true)
                .build();
        var result = new Jinjava(config).renderForResult(jinja, context);
        if (result.hasErrors()) {
            throw new LoupeException("The model's chat template fails (%s); use raw to give the prompt as it is."
                    .formatted(result.getErrors().getFirst().getMessage()));
        }
        return result.getOutput();
    }
}
