"""The frame of every script of checks: runs them in order and prints one JSON line a check, which a Java test reads."""

import json
import time
import traceback

CHECKS = []


class Skipped(Exception):
    """What a check needs is not there."""


def check(function):
    """Marks a check; they run in the order of their definition."""
    CHECKS.append(function)
    return function


def run(*subjects):
    """Runs all checks, each with the subjects."""
    for function in CHECKS:
        start, failure, skipped = time.monotonic(), "", ""
        try:
            function(*subjects)
        except Skipped as e:
            skipped = f"skipped: {e}"
        except Exception:
            failure = traceback.format_exc()
        seconds = round(time.monotonic() - start, 1)
        report = {"check": function.__name__, "seconds": seconds, "failure": failure, "skipped": skipped}
        print(json.dumps(report), flush=True)


def fine(cell):
    """The cell, which must have run without an error."""
    assert cell.status == "ok", cell.error
    return cell


def value(notebook, code):
    """The text of a cell's result."""
    return fine(notebook.run(code)).result["data"]["text/plain"]


def after(seconds):
    """A condition that holds so many seconds after it was first asked."""
    begun = []

    def when(_):
        begun.append(time.monotonic())
        return begun[-1] - begun[0] >= seconds

    return when
