"""Executes a notebook without a browser: leaves an .ipynb and an .html with outputs, fails with the failing cell."""

import argparse
import pathlib
import sys
import tempfile

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter


def main() -> int:
    parser = argparse.ArgumentParser(prog="loupe run", description=__doc__)
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, help="folder of the results (build)")
    parser.add_argument("--default-out", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        notebook = nbformat.read(arguments.notebook, as_version=4)
    except FileNotFoundError:
        return failed(f"there is no notebook {arguments.notebook}; give the path of an .ipynb file.")
    except Exception:
        return failed(f"{arguments.notebook} is no notebook; give the path of an .ipynb file.")
    folder = arguments.notebook.resolve().parent
    client = NotebookClient(notebook, kernel_name="loupe", timeout=None, resources={"metadata": {"path": str(folder)}})
    error = None
    try:
        with tempfile.TemporaryFile() as kernel_log:
            client.execute(stderr=kernel_log)
    except CellExecutionError as e:
        error = f"cell {failing_cell(notebook)} of {arguments.notebook} failed: {e.evalue or e.ename}"
    except DeadKernelError:
        error = f"the kernel died while it ran {arguments.notebook}; './loupe doctor' checks the machine."
    out = arguments.out or arguments.default_out or pathlib.Path("build")
    try:
        written = write(notebook, arguments.notebook.stem, out)
    except OSError as e:
        return failed(f"cannot write to {out} ({e.strerror}); name another folder with --out.")
    for path in written:
        print(path)
    return failed(error) if error else 0


def write(notebook, name: str, out: pathlib.Path) -> list[pathlib.Path]:
    """Writes the executed notebook in both forms."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{name}.ipynb", out / f"{name}.html"]
    nbformat.write(notebook, paths[0])
    html, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": name}})
    paths[1].write_text(html, encoding="utf-8")
    return paths


def failing_cell(notebook) -> int:
    """Number of the cell, from 1 and counting text cells too, that holds the error."""
    for number, cell in enumerate(notebook.cells, 1):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            return number
    return 0


def failed(message: str) -> int:
    print(f"loupe: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
