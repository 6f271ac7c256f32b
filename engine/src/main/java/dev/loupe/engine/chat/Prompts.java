package dev.loupe.engine.chat;

import dev.loupe.engine.LoupeException;
import dev.loupe.engine.format.ModelFiles;
import dev.loupe.engine.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;

/**
 * Turns text and conversations into the ids that a model is given: the one owner of BOS.
 *
 * <p>Invariant: a plain text gets BOS exactly if the vocabulary wants it; a rendered template gets none, because it
 * writes its own.
 */
public final class Prompts {
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;

    public Prompts(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /** With the model's own template, if it brings one. */
    public static Prompts of(ModelFiles files, Tokenizer tokenizer) {
        return new Prompts(
                tokenizer, files.chatTemplate().map(jinja -> ChatTemplate.of(jinja, tokenizer.templateTokens())));
    }

    /** What makes the ids. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Whether a text that has no template gets BOS. */
    public boolean addsBos() {
        return tokenizer.addsBos() && tokenizer.bos().isPresent();
    }

    /** Whether the model brings a chat template. */
    public boolean hasTemplate() {
        return template.isPresent();
    }

    /** Ids of a text as it is. */
    public int[] plain(String text) {
        return begun(tokenizer.encode(text));
    }

    /** Ids of a text whose special tokens are parsed, as those of a rendered template are. */
    public int[] parsed(String text) {
        return begun(tokenizer.encodeTemplate(text));
    }

    private int[] begun(int[] ids) {
        if (!addsBos()) {
            return ids;
        }
        var withBos = new int[ids.length + 1];
        withBos[0] = tokenizer.bos().getAsInt();
        System.arraycopy(ids, 0, withBos, 1, ids.length);
        return withBos;
    }

    /** Ids of a conversation, ready for the assistant's answer. */
    public int[] conversation(List<Message> messages) {
        ChatTemplate chat = template.orElseThrow(() -> new LoupeException(
                "This model brings no chat template, so it cannot chat; use %%generate, which gives it plain text."));
        return tokenizer.encodeTemplate(chat.render(messages, true));
    }
}
