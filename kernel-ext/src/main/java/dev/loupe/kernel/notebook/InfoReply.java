package dev.loupe.kernel.notebook;

import org.dflib.jjava.jupyter.messages.Header;
import org.dflib.jjava.jupyter.messages.reply.KernelInfoReply;

/** What the kernel tells of itself. Invariant: it has the status that the protocol asks of every reply. */
final class InfoReply extends KernelInfoReply {
    private final String status = "ok";

    InfoReply(LoupeKernel kernel) {
        super(
                Header.PROTOCOL_VERISON,
                kernel.getName(),
                kernel.getVersion(),
                kernel.getLanguageInfo(),
                kernel.getBanner(),
                kernel.getHelpLinks());
    }

    String status() {
        return status;
    }
}
