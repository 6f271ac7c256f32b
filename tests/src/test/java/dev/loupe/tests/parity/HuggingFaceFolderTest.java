package dev.loupe.tests.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loupe.Llm;
import dev.loupe.Loupe;
import dev.loupe.Run;
import dev.loupe.engine.decode.TokenListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Hugging Face folder by the front door: config, safetensors and tokenizer.json of one model, used in place. */
class HuggingFaceFolderTest {
    private static final int VOCABULARY =
            Reference.json("llama2-mha/config.json").get("vocab_size").asInt();

    /** Byte fallback alone: 256 bytes and names that no text has, made for this test. */
    private static String tokenizerJson() {
        var vocabulary = new StringBuilder("\"<unk>\":0,\"<s>\":1,\"</s>\":2");
        for (int b = 0; b < 256; b++) {
            vocabulary.append(",\"<0x%02X>\":%d".formatted(b, b + 3));
        }
        for (int id = 259; id < VOCABULARY; id++) {
            vocabulary.append(",\"[filler %d]\":%d".formatted(id, id));
        }
        return """
                {"version":"1.0","added_tokens":[
                  {"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
                  {"id":1,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
                  {"id":2,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
                 "normalizer":null,"pre_tokenizer":null,"post_processor":null,
                 "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]},
                 "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
                          "vocab":{%s},"merges":[]}}
                """.formatted(vocabulary);
    }

    @Test
    void loadsAndGeneratesAsTheReference(@TempDir Path folder) throws IOException {
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(Reference.path("llama2-mha/" + file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("tokenizer.json"), tokenizerJson());
        JsonNode reference = Reference.json("llama2-mha/reference.json");
        try (Llm llm = Loupe.load(folder.toString(), "dtype=fp32")) {
            int[] prompt = Reference.ints(reference.get("input_ids"));
            Run run = llm.generate(prompt, llm.sampling().with("max_tokens=32 ignore_eos"), TokenListener.NONE);
            assertArrayEquals(Reference.ints(reference.get("greedy_ids")), run.ids());
            assertEquals(3 + 'L', llm.tokenizer().encode("L")[0]);
        }
    }
}
