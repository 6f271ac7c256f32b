"""Executes a notebook without a browser: leaves .ipynb and .html with outputs, shows the error of a failing cell."""

import argparse
import pathlib
import re
import sys
import tempfile

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter


# Nobody scrolls to the end of a line, on paper least of all.
WRAPPED = "<style>pre { white-space: pre-wrap !important; overflow-wrap: anywhere }</style>"


def main() -> int:
    parser = argparse.ArgumentParser(prog="loupe run", description=__doc__)
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, metavar="DIR", help="folder of the results (build)")
    parser.add_argument("--solved", action="store_true", help="run each exercise's solution after the exercise")
    parser.add_argument("--default-out", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        notebook = nbformat.read(arguments.notebook, as_version=4)
    except FileNotFoundError:
        return failed(f"there is no notebook {arguments.notebook}; give the path of an .ipynb file.")
    except Exception:
        return failed(f"{arguments.notebook} is no notebook; give the path of an .ipynb file.")
    if arguments.solved:
        solve(notebook)
    folder = arguments.notebook.resolve().parent
    client = NotebookClient(notebook, kernel_name="loupe", timeout=None, resources={"metadata": {"path": str(folder)}})
    error = None
    with tempfile.TemporaryFile() as kernel_log:
        try:
            client.execute(stderr=kernel_log)
        except CellExecutionError:
            number, text = failing_cell(notebook)
            print(text, file=sys.stderr)
            error = f"cell {number} of {arguments.notebook} failed: see its error above."
        except RuntimeError:  # the kernel did not start, or died
            kernel_log.seek(0)
            print(kernel_log.read().decode(errors="replace")[-2000:], file=sys.stderr)
            error = f"the kernel died while it ran {arguments.notebook}: see its last words above."
        except KeyboardInterrupt:
            error = f"{arguments.notebook} was stopped; what had run is kept."
    out = arguments.out or arguments.default_out or pathlib.Path("build")
    try:
        written = write(notebook, arguments.notebook.stem, out)
    except OSError as e:
        return failed(f"cannot write to {out} ({e.strerror}); name another folder with --out.")
    for path in written:
        print(path)
    return failed(error) if error else 0


def solve(notebook) -> None:
    """Adds after each cell that carries a solution in its metadata (loupe.solution) a cell with that solution."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        solution = cell.metadata.get("loupe", {}).get("solution")
        if solution:
            cells.append(nbformat.v4.new_code_cell("".join(solution), metadata={"tags": ["solution"]}))
    notebook.cells = cells


def write(notebook, name: str, out: pathlib.Path) -> list[pathlib.Path]:
    """Writes the executed notebook in both forms."""
    out.mkdir(parents=True, exist_ok=True)
    paths = [out / f"{name}.ipynb", out / f"{name}.html"]
    drop_empty_results(notebook)
    nbformat.write(notebook, paths[0])
    for cell in notebook.cells:
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["transient"] = {"remove_source": True}
    html, _ = HTMLExporter().from_notebook_node(notebook, {"metadata": {"name": name}})
    paths[1].write_text(html.replace("</head>", WRAPPED + "</head>", 1), encoding="utf-8")
    return paths


def drop_empty_results(notebook) -> None:
    """Drops the results that magics leave empty because they have shown theirs: HTML would have a bare Out[n] there."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result" or o.data]


def failing_cell(notebook) -> tuple[int, str]:
    """Number of the cell, from 1 and counting text cells too, that holds the error; and the error, without colours."""
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return number, re.sub("\x1b\\[[0-9;]*m", "", "\n".join(output.traceback))
    return 0, ""


def failed(message: str) -> int:
    print(f"loupe: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
