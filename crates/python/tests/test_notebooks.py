"""The notebooks of `examples/` run from top to bottom, and are kept without what they show."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[3] / "examples"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook):
    """The kinds of what is shown, and the text that is printed; what goes to standard error is an error."""
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.get("name") == "stdout")
    complaints = [output.text for output in outputs if output.get("name") == "stderr"]
    return {kind for output in outputs for kind in output.get("data", ())}, printed, complaints


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} >= {"first-steps", "from-cells"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code(notebook))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(FOLDER)}}).execute()
    kinds, printed, complaints = shown(notebook)
    assert {"image/png", "image/svg+xml"} <= kinds
    assert "PASSED: all" in printed
    assert complaints == []
