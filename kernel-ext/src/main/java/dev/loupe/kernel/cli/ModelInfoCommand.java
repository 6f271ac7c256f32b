package dev.loupe.kernel.cli;

import dev.loupe.Arguments;
import dev.loupe.Loupe;
import dev.loupe.ModelInfo;
import dev.loupe.kernel.view.ModelInfoView;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code loupe models info}: what a model is and whether it fits, without loading it. */
@Command(name = "info", description = "What a model is, and whether it fits in memory; nothing is loaded.")
final class ModelInfoCommand implements Runnable {
    private final Terminal terminal;

    @Parameters(paramLabel = "NAME|PATH", description = "name, GGUF file or folder of a model")
    private String model;

    @Option(names = "--dtype", paramLabel = "D", description = "as it would be loaded with this dtype (as stored)")
    private String dtype;

    @Mixin
    private CommonOptions common;

    ModelInfoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        String options = dtype == null ? "" : "dtype=" + Arguments.quote(dtype);
        ModelInfo info = Loupe.info(model, Arguments.parse(options, Loupe.OPTIONS), terminal.progress());
        if (common.json) {
            terminal.json(json(info));
        } else {
            terminal.out().println(ModelInfoView.of(info));
        }
    }

    private static Map<String, Object> json(ModelInfo info) {
        var json = new LinkedHashMap<String, Object>();
        json.put("name", info.name());
        json.put("path", info.path().toString());
        json.put("architecture", info.architecture());
        json.put("licence", info.licence().orElse(null));
        json.put("shape", info.shape());
        json.put("context", info.context());
        json.put("window", info.window());
        json.put("rope", info.rope());
        json.put("parameters", info.footprint().parameters());
        json.put("dtypes", info.dtypes());
        json.put("diskBytes", info.diskBytes());
        json.put("parts", info.footprint().parts());
        json.put("cacheBytesPerToken", info.footprint().cacheBytesPerToken());
        json.put("dtype", info.fit().dtype());
        json.put("neededBytes", info.fit().needed());
        json.put("freeBytes", info.fit().free());
        json.put("fits", info.fit().fits());
        info.fit().remedy().ifPresent(remedy -> {
            json.put("fittingDtype", remedy.dtype().id());
            json.put("fittingBytes", remedy.needed());
        });
        return json;
    }
}
