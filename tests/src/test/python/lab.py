"""Uses a notebook in JupyterLab as a person would, in a real browser, for BrowserTest; leaves screenshots.

Usage: lab.py CHECKOUT NOTEBOOK SCREENSHOT_FOLDER [CHROMIUM]

Starts the lab by ./loupe on a copy of the notebook. The times of the checks are those of a start: begin to first words.
"""

import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import checks
from browser import Browser
from checks import check

WIDTH, HEIGHT = 1280, 1400
PANEL = 'document.querySelector(".jp-NotebookPanel")'
PROMPTS = '[...document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")].map((p) => p.textContent)'
IDLE = f'!{PROMPTS}.some((p) => p.includes("*"))'
STOP = '[data-jp-item-name="interrupt"] :is(button, jp-button), [data-command="notebook:interrupt-kernel"]'
OUTPUTS = '[...document.querySelectorAll(".jp-OutputArea-output")]'


class Lab:
    def __init__(self, checkout, notebook, folder, chromium):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root = tempfile.TemporaryDirectory(prefix="loupe-lab-", ignore_cleanup_errors=True)
        self.notebook = Path(notebook).name
        shutil.copy(notebook, self.root.name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        token = secrets.token_hex(8)
        self.url = f"http://127.0.0.1:{port}/lab/tree/{self.notebook}?token={token}&reset"
        self.log = open(self.folder / "lab.log", "w")
        self.process = subprocess.Popen(
            [str(Path(checkout, "loupe").resolve()), "lab", self.root.name, "--no-browser", "--expose-app-in-browser",
             "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        self.port = port
        self.browser = Browser(chromium, WIDTH, HEIGHT)

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def run(self, command):
        """Executes a command of the lab and does not wait for its end."""
        self.browser.page(f"void jupyterapp.commands.execute({command})")

    def picture(self, name):
        self.browser.picture(self.folder / f"{name}.png")

    def close(self):
        self.browser.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        self.root.cleanup()


@check
def the_notebook_opens_with_our_kernel(lab):
    while not lab.answers():
        assert lab.process.poll() is None, Path(lab.log.name).read_text()
        time.sleep(0.1)
    lab.browser.open(lab.url)
    lab.browser.until("a cell", f'window.jupyterapp && {PANEL}.querySelector(".jp-CodeCell")')
    lab.browser.until("the kernel", "jupyterapp.shell.currentWidget.sessionContext.session.kernel.connectionStatus == 'connected'")
    name = lab.browser.page(f'{PANEL}.querySelector(".jp-KernelName").textContent')
    assert "Loupe" in name, name


@check
def words_stream_after_run_all(lab):
    lab.run('"notebook:run-all-cells"')
    lab.browser.until("words", f'{OUTPUTS}.some((o) => o.textContent.includes("sky"))')
    text = lab.browser.page(f'{OUTPUTS}.at(-1).textContent')
    assert "tokens at" not in text, f"the text came at once: {text}"


@check
def the_stop_button_ends_the_answer_and_keeps_it(lab):
    lab.browser.click(STOP)
    lab.browser.until("the end", IDLE)
    text = lab.browser.page(f"{OUTPUTS}.at(-1).textContent")
    assert "stopped" in text and "sky" in text, text
    prompts = lab.browser.page(PROMPTS)
    assert [p.strip("[]: ") for p in prompts[:4]] == ["1", "2", "", ""], prompts
    lab.picture("stopped")


@check
def the_whole_notebook_runs(lab):
    lab.run('"notebook:run-all-cells"')
    lab.browser.until("the start", f"!({IDLE})")
    lab.browser.until("the end", IDLE)
    errors = lab.browser.page(f'{OUTPUTS}.filter((o) => o.dataset.mimeType?.includes("error")).map((o) => o.textContent)')
    assert errors == [], errors


def look(lab, theme):
    """Plots and tables in a theme; a screenshot of each, and of the streamed answer."""
    dark = str(theme == "Dark").lower()
    lab.browser.page(f'jupyterapp.commands.execute("apputils:change-theme", {{theme: "JupyterLab {theme}"}})')
    lab.browser.until("the theme", f'(document.body.dataset.jpThemeLight == "false") == {dark}')
    for name, selector in {"answer": "div", "plot": "img", "table": "table"}.items():
        width, height, visible, pixels = lab.browser.page(f"""(async () => {{
            const shown = {PANEL}.querySelector(".jp-OutputArea-output {selector}");
            shown.scrollIntoView({{block: "{'center' if name == 'plot' else 'start'}"}});
            await new Promise((drawn) => setTimeout(drawn, 700));
            const box = shown.getBoundingClientRect();
            return [box.width, box.height, box.bottom > 0 && box.top < innerHeight, shown.naturalWidth];
        }})()""")
        lab.picture(f"{name}-{theme.lower()}")
        assert visible and width > 200 and height > 20, (name, width, height, visible)
        assert name != "plot" or pixels == 2 * width, f"{pixels} pixels on {width}"


@check
def plots_and_tables_show_in_the_light_theme(lab):
    look(lab, "Light")


@check
def plots_and_tables_show_in_the_dark_theme(lab):
    look(lab, "Dark")


def main(checkout, notebook, folder, chromium="chromium"):
    lab = Lab(checkout, notebook, folder, chromium)
    try:
        checks.run(lab)
    finally:
        lab.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
