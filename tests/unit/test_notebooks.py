"""The notebooks are committed without outputs, use public names, and run without a complaint."""

from __future__ import annotations

import ast
import base64
import re
import time
from pathlib import Path

import nbformat
import pytest
from matplotlib import font_manager
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PNG = b"\x89PNG\r\n\x1a\n"
MOST_S = 120  # a reader waits half a minute; a machine that runs all tests at once is slower
STRICT = """
import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module="ipykernel")  # the kernel's own housekeeping
"""

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_all_articles_are_there():
    assert {
        "01_merge_four_departments.ipynb",
        "02_life_circle_two_paces.ipynb",
        "03_elder_care_gaps_and_causes.ipynb",
        "04_where_to_build.ipynb",
    } <= {path.name for path in NOTEBOOKS}


@every_notebook
def test_a_notebook_is_committed_without_outputs_and_with_named_cells(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata == METADATA
    for cell in notebook.cells:
        assert cell.metadata == {}
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell.id), cell.id
    for cell in code_of(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


@every_notebook
def test_a_notebook_uses_public_names_only(path):
    private = []
    for cell in code_of(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [part for alias in node.names for part in alias.name.split(".")]
            elif isinstance(node, ast.Attribute):
                names = [node.attr]
            private += [name for name in names if name.startswith("_")]
    assert private == []


@every_notebook
def test_a_notebook_speaks_chinese_first_says_it_is_synthetic_and_names_the_source(path):
    prose = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert "示意数据" in prose[0]
    assert "OpenStreetMap" in prose[0]
    for text in prose:
        if text.startswith("#"):
            heading, english = text.splitlines()[:2]
            assert re.search(r"[\u4e00-\u9fff]", heading), heading
            assert re.fullmatch(r"\*[ -~]+\*", english), english


@pytest.mark.slow
@every_notebook
def test_a_notebook_runs_without_a_warning_and_draws_every_picture(path, tmp_path):
    notebook = read(path)
    font_manager.findfont("DejaVu Sans")  # on a new machine the list of fonts is made here
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    started = time.perf_counter()
    NotebookClient(
        notebook,
        timeout=MOST_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    assert time.perf_counter() - started < MOST_S
    assert list(tmp_path.iterdir()) == []
    for cell in code_of(notebook):
        kinds = [output.output_type for output in cell.outputs]
        assert set(kinds) <= {"display_data"}, (cell.id, cell.outputs)  # no stream, no error
        pictures = [o.data["image/png"] for o in cell.outputs if "image/png" in o.data]
        assert len(pictures) == cell.source.count("plt.show()"), cell.id
        for picture in pictures:
            content = base64.b64decode(picture)
            assert content.startswith(PNG)
            assert len(content) > 10_000, cell.id  # an empty frame is smaller
        texts = [o.data["text/markdown"] for o in cell.outputs if "text/markdown" in o.data]
        assert not re.search(r"\bnan\b|\binf\b|None", " ".join(texts)), texts
