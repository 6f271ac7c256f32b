"""Checks Loupe's magics in a stock kernel with a real model, for KernelSessionTest.

Usage: stock_kernel.py KERNEL SCRATCH_FOLDER MODEL_FILE
"""

import random
import re
import sys
from pathlib import Path

import checks
from checks import after, check, fine
from notebook import Notebook

ASK = "%%generate max_tokens=12\nWhy is the sky blue?"


def error(cell):
    """The one sentence that a failed cell shows."""
    assert cell.status == "error", f"no error, but: {cell.text}"
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in cell.error["traceback"]]
    assert len(lines) == 1, lines
    sentence = lines[0].partition(": ")[2]
    assert re.fullmatch(r"[^\n]+[.?]", sentence), sentence
    return sentence


def footer(cell):
    return cell.text.strip().splitlines()[-1]


def shown(cell):
    """The text of a generation, without its footer."""
    return "\n".join(cell.text.splitlines()[:-1])


@check
def nothing_loaded_yet(notebook, scratch, model):
    assert "load one with %model smollm2" in error(notebook.run("%status"))
    assert "begin with %generate" in error(notebook.run("%plot latency"))


@check
def model_tells_what_it_is(notebook, scratch, model):
    cell = fine(notebook.run("%model smollm2"))
    for part in ["llama", "134.5 M parameters", "context 8192", "stored as asym_int4", "cpu", "free"]:
        assert part in cell.text, cell.text
    assert len(cell.displays) == 1, "the bar turns into the summary"
    assert cell.messages <= 5 + 11 * cell.seconds, f"{cell.messages} messages in {cell.seconds} s"
    assert "<div" in cell.displays[0]["data"]["text/html"]


@check
def generate_streams_into_one_output(notebook, scratch, model):
    cell = fine(notebook.run("%%generate max_tokens=30\nWhy is the sky blue?"))
    assert len(cell.displays) == 1 and cell.streams == "" and cell.result is None, cell.displays
    assert re.search(r"\d+ prompt tokens at .*/s, first token after .*, 30 tokens at .*/s, .*cpu", footer(cell)), cell.text
    assert 5 <= cell.messages <= 6 + 26 * cell.seconds, f"{cell.messages} messages in {cell.seconds} s"


@check
def values_reach_variables(notebook, scratch, model):
    cell = fine(notebook.run('Run run = %generate "The sky is" max_tokens=5 raw'))
    assert "5 tokens" in footer(cell) and cell.result is None
    assert fine(notebook.run("run.ids().length")).result["data"]["text/plain"] == "5"
    again = fine(notebook.run("run")).result["data"]
    assert again["text/plain"] == cell.text and "<div" in again["text/html"]
    assert fine(notebook.run('%generate "The sky is" max_tokens=5 raw')).result["data"] == {}


@check
def arguments_of_the_stock_kernel(notebook, scratch, model):
    cell = fine(notebook.run('var r = %generate "1 2 3 4 5" max_tokens=9 raw stop=" 9 1" stop="x y";'))
    assert shown(cell).strip().startswith("6 7 8"), cell.text
    assert "drops backslashes" in error(notebook.run(r'%generate "Hi" stop="\n"'))
    cell = fine(notebook.run(r'generate("1 2 3", "max_tokens=9 raw stop=\" 5\"").text()'))
    assert cell.result["data"]["text/plain"] == " 4", cell.result


@check
def chat_goes_on_over_a_switch(notebook, scratch, model):
    fine(notebook.run("%%chat max_tokens=12 system=\"Be brief.\"\nMy name is Ada."))
    switch = fine(notebook.run("%dtype sym_int8"))
    assert re.search(r"asym_int4 -> sym_int8 in .*, 92 MiB -> 136 MiB; the conversation stays", switch.text), switch.text
    cell = fine(notebook.run('%chat "What is my name?" max_tokens=20'))
    assert "reused" in footer(cell) and "sym_int8" in footer(cell), cell.text
    assert fine(notebook.run("llm().conversation().size()")).result["data"]["text/plain"] == "5"
    assert "My name is Ada." in fine(notebook.run("%chat")).text
    assert "empty" in fine(notebook.run("%chat reset")).text


@check
def sampling_is_remembered(notebook, scratch, model):
    fine(notebook.run("%sampling temperature=0.9 seed=3"))
    first, second = (shown(fine(notebook.run(ASK))) for _ in range(2))
    other = shown(fine(notebook.run(ASK.replace("12", "12 seed=4"))))
    assert first == second != other, (first, second, other)
    assert fine(notebook.run("%sampling reset")).text == "max_tokens=256 temperature=0"


@check
def perplexity_fills_a_table_and_goes_back(notebook, scratch, model):
    cell = fine(notebook.run("var p = %perplexity dtypes=fp16,sym_int4 chunk=64 chunks=2"))
    assert re.search(r"fp16 +[\d.]+ ± [\d.]+ .*\n.*sym_int4 +[\d.]+ ± [\d.]+", cell.text), cell.text
    assert len(cell.pictures) == 2  # perplexity by dtype, and what size buys
    assert "sym_int8" in fine(notebook.run("llm().dtype()")).result["data"]["text/plain"]


@check
def plots_are_crisp_pictures(notebook, scratch, model):
    cell = fine(notebook.run("%plot latency\n%plot memory\nvar figure = %plot perplexity"))
    assert len(cell.pictures) == 3, cell.displays
    for picture in cell.pictures:
        size = picture["metadata"]["image/png"]
        assert 300 < size["width"] < 1200 and 200 < size["height"] < 1200, size
        assert picture["data"]["image/png"].startswith("iVBORw0KGgo")
    table = fine(notebook.run("((dev.loupe.viz.Figure) figure).table()")).result["data"]
    assert "<table" in table["text/html"], table


@check
def help_is_everywhere(notebook, scratch, model):
    everything = fine(notebook.run("%help")).text
    for name in "model generate chat sampling dtype device perplexity plot status doctor help".split():
        assert f"%{name} " in everything
        assert fine(notebook.run(f"%{name}?")).text == fine(notebook.run(f"%help {name}")).text
    assert "Vector API" in fine(notebook.run("%doctor")).text


@check
def verbs_work_in_cells(notebook, scratch, model):
    cell = fine(notebook.run('generate("The sky is", "max_tokens=3 raw")'))
    assert "3 tokens" in footer(cell) and cell.result["data"] == {}
    failed = notebook.run('dtype("fp17")')
    assert "fp16" in failed.error["evalue"]
    assert "dev.loupe.kernel" not in "".join(failed.error["traceback"]), failed.error


@check
def bad_input_gives_one_sentence(notebook, scratch, model):
    bad_models(scratch, model)
    cases = {
        f"%model {scratch}/truncated.gguf": "",
        f"%model {scratch}/architecture.gguf": "llamx",
        f"%model {scratch}/text.gguf": "",
        f"%model {scratch}/missing.gguf": "There is no file",
        "%model smolm2": "did you mean smollm2?",
        "%dtype fp17": "fp16",
        "%device cuda": "cpu",
        "%device cpu threads=0": "threads cannot be '0'",
        "%generate": "There is no prompt",
        "%generate why not": "put text of several words in quotes",
        '%generate "Hi" max_token=3': "did you mean max_tokens?",
        '%generate "Hi" temperature=hot': "temperature cannot be 'hot'",
        "%perplexity text=/nowhere": "/nowhere",
        "%perplexity dtypes=fp16,fp17": "fp16",
        "%perplexity chunk=1": "chunk cannot be '1'",
        "%plot latncy": "did you mean latency?",
        "%help dtpe": "did you mean dtype?",
        "%%generate raw\n" + "word " * 9000: "context",
        "%%chat\n" + "word " * 9000: "context",
    }
    for code, part in cases.items():
        sentence = error(notebook.run(code))
        assert part in sentence, f"{code[:80]}: {sentence}"
    assert fine(notebook.run("1 + 1")).result["data"]["text/plain"] == "2"
    assert "sym_int8" in fine(notebook.run("%status")).text, "the model is as it was"


def bad_models(scratch, model):
    begin = Path(model).read_bytes()[: 8 << 20]
    Path(scratch, "truncated.gguf").write_bytes(begin)
    Path(scratch, "text.gguf").write_text("once upon a time " * 100)
    name = b"general.architecture\x08\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"
    assert name + b"llama" in begin
    with open(Path(scratch, "architecture.gguf"), "wb") as file:
        file.write(begin.replace(name + b"llama", name + b"llamx"))
        file.truncate(Path(model).stat().st_size)


@check
def malformed_lines_never_hurt(notebook, scratch, model):
    chance = random.Random(5)
    names = "model generate chat sampling dtype device perplexity plot status help".split()
    pieces = ["'", "=", "==", "=5", "max_tokens=x", "temperature=-1", "stop=", "raw=maybe", "dtypes=,", "threads=-3",
              "chunk=0", "%%", "?", ";", "\\", "\\\\", "\u202e", "\U0001f600", "{x}", "$y", "--help", "a=b=c", "x", "y"]
    for _ in range(200):
        words = [chance.choice(pieces) for _ in range(chance.randint(1, 4))] 
        line = f"%{chance.choice(names)} no_such=1 {' '.join(words)}"
        try:
            error(notebook.run(line))
        except AssertionError as e:
            raise AssertionError(f"{line}: {e}") from e
    fine(notebook.run(ASK))


def interrupt(notebook, code, when):
    cell = notebook.run(code, interrupt_when=when)
    assert cell.status == "error" and "interrupted" in "".join(cell.error["traceback"]), (cell.status, cell.text)
    return cell


@check
def interrupted_generation_keeps_its_text(notebook, scratch, model):
    before = shown(fine(notebook.run(ASK)))
    cell = interrupt(notebook, '%generate "Tell a long story." max_tokens=4000 ignore_eos', lambda c: len(c.text) > 60)
    next_cell = fine(notebook.run('System.out.println("next"); llm().runs().getLast().finish()'))
    assert next_cell.displays == [] and next_cell.streams == "next\n", "nothing of the stopped cell shows in the next"
    assert next_cell.result["data"]["text/plain"] == "CANCELLED"
    kept = fine(notebook.run("llm().runs().getLast().text()")).result["data"]["text/plain"]
    assert len(cell.text) > 60 and kept.startswith(cell.text[:60]), (cell.text, kept)
    assert shown(fine(notebook.run(ASK))) == before
    assert "stopped" in fine(notebook.run("llm().runs().get(llm().runs().size() - 2).footer()")).result["data"]["text/plain"]


@check
def interrupted_anywhere_the_next_cell_works(notebook, scratch, model):
    before = shown(fine(notebook.run(ASK)))
    interrupt(notebook, "%%generate raw max_tokens=2\n" + "word " * 6000, after(0.5))
    interrupt(notebook, "%dtype fp32", lambda c: "->" in c.text)
    interrupt(notebook, "%perplexity dtypes=fp16,sym_int4 chunks=15", lambda c: "perplexity of" in c.text)
    interrupt(notebook, "%model smollm2 dtype=fp32", lambda c: "loading" in c.text or "%" in c.text)
    interrupt(notebook, "%%chat max_tokens=4000 ignore_eos\nTell a long story.", lambda c: len(c.text) > 30)
    assert shown(fine(notebook.run(ASK))) == before
    assert "sym_int8" in fine(notebook.run("%status")).text


@check
def measurements_outlive_their_model(notebook, scratch, model):
    assert "unloaded" in fine(notebook.run("%model unload")).text
    assert "load one with %model" in error(notebook.run("%status"))
    assert len(fine(notebook.run("%plot latency\n%plot memory\n%plot perplexity")).pictures) == 3


def main(kernel, scratch, model):
    notebook = Notebook(kernel)
    try:
        checks.run(notebook, scratch, model)
    finally:
        notebook.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
