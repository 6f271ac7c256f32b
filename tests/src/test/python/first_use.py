"""A new user's first and second use of Loupe, in a terminal and in a real browser, timed and counted.

Usage: first_use.py REPOSITORY FOLDER [CHROMIUM]

Clones into FOLDER, with a home of its own there and empty caches of Maven and pip. Types "./loupe lab", opens the address
that it prints as the browser of a desktop would, presses Shift-Enter until the model answers; then ends the lab and does it again.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from browser import Browser

CELLS = 'document.querySelectorAll(".jp-NotebookPanel .jp-CodeCell")'
IDLE = """document.querySelector(".jp-Notebook-ExecutionIndicator")?.dataset.status == "idle"
    && document.querySelector(".jp-KernelName").textContent.includes("Loupe")"""
ANSWER = f'{CELLS}[1].querySelector(".jp-OutputArea-output")?.textContent'
DIALOG = 'document.querySelector(".jp-Dialog")?.textContent'
SHIFT = 8


class User:
    """Whoever types and clicks: each step is told with the seconds, keys and clicks until then."""

    def __init__(self, folder, chromium):
        self.folder, self.chromium = folder, chromium
        home = folder / "home"
        home.mkdir(parents=True)
        self.environment = os.environ | {"HOME": str(home), "MAVEN_OPTS": f"-Duser.home={home}", "PIP_NO_CACHE_DIR": "1"}

    def begin(self):
        self.browser = Browser(self.chromium, 1280, 900, self.folder / "profile")  # on a desktop it runs already
        self.begun, self.keys, self.clicks = time.monotonic(), 0, 0

    def tell(self, what):
        print(f"{time.monotonic() - self.begun:6.1f} s, {self.keys} keys, {self.clicks} clicks: {what}", flush=True)

    def types(self, line):
        self.keys += len(line) + 1
        return line.split()

    def clones(self, repository):
        subprocess.run(self.types(f"git clone {repository} loupe"), cwd=self.folder, env=self.environment, check=True)
        self.types("cd loupe")
        self.tell("cloned")

    def starts_the_lab(self):
        log = self.folder / "lab.log"
        with open(log, "w") as out:
            process = subprocess.Popen(
                self.types("./loupe lab"), cwd=self.folder / "loupe", env=self.environment, stdout=out, stderr=out)
        while not (address := re.search(r"http://127\S+", log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        self.tell("the lab's address is there")
        return process, address.group()

    def asks(self, picture):
        """Starts the lab, runs the first notebook's first cells, waits for the model's first words, and ends the lab."""
        process, address = self.starts_the_lab()
        try:
            self.browser.open(address)
            self.browser.until("the notebook", f"{CELLS}.length > 1")
            self.tell("the notebook is shown")
            self.browser.until("the kernel", IDLE)
            self.tell("the kernel is there")
            assert not self.browser.page(DIALOG), self.browser.page(DIALOG)
            for _ in range(3):
                self.browser.press("Enter", SHIFT)
                self.keys += 1
            self.browser.until("words", f'/[a-z]{{2}}/.test({ANSWER} ?? "")')
            self.tell(f"first words: {self.browser.page(ANSWER)}")
            self.browser.until("the answer's end", f'/tokens at/.test({ANSWER} ?? "")')
            self.tell("the answer's end")
            time.sleep(3)  # the lab notes down what is open
        finally:
            self.browser.picture(self.folder / picture)
            self.browser.close()
            process.terminate()
            process.wait()


def main(repository, folder, chromium="chromium"):
    user = User(Path(folder).resolve(), chromium)
    user.begin()
    user.clones(repository)
    user.asks("first.png")
    user.begin()
    user.asks("second.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
