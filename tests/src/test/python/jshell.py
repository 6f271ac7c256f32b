"""Uses JShell with the verbs at a terminal, as a person would, for VerbsTest.

Usage: jshell.py COMMAND...
"""

import re
import sys

import pexpect

import checks
from checks import check

PROMPT = "jshell> "
PATIENCE_SECONDS = 300  # a machine may be busy with other tests


class Terminal:
    def __init__(self, command):
        self.process = pexpect.spawn(
            command[0], list(command[1:]), encoding="utf-8", timeout=PATIENCE_SECONDS, dimensions=(40, 100))
        self.process.expect_exact(PROMPT)

    def until(self, text):
        """Waits for a text; returns what came before it, without control sequences."""
        self.process.expect_exact(text)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.process.before)

    def type(self, text):
        self.process.send(text)

    def run(self, line):
        self.type(line + "\r")
        return self.until(PROMPT)


@check
def a_model_loads_with_a_bar_that_goes(terminal):
    assert "134.5 M parameters" in terminal.run('model("smollm2");')


@check
def tab_completes_verbs(terminal):
    terminal.type("perplex\t")
    terminal.until("perplexity(")
    terminal.type("\x03")
    terminal.until(PROMPT)


@check
def ctrl_c_ends_a_generation_with_what_there_is(terminal):
    terminal.type('Run run = generate("Tell a long story.", "max_tokens=4000 ignore_eos");\r')
    terminal.until("story")
    terminal.process.expect(r"\w+ \w+ \w+")
    terminal.type("\x03")
    assert "stopped" in terminal.until(PROMPT)
    assert "CANCELLED" in terminal.run("run.finish()")
    assert "3 tokens" in terminal.run('generate("The sky is", "raw max_tokens=3");')


@check
def what_was_typed_is_remembered(terminal):
    assert 'generate("The sky is"' in terminal.run("/history")


@check
def charts_are_characters(terminal):
    chart = terminal.run('plot("latency");')
    assert "Latency" in chart and any(0x2580 <= ord(c) <= 0x28FF for c in chart), chart


@check
def exit_ends_it(terminal):
    terminal.type("/exit\r")
    terminal.process.expect(pexpect.EOF)


def main(*command):
    terminal = Terminal(command)
    try:
        checks.run(terminal)
    finally:
        terminal.process.close(force=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
