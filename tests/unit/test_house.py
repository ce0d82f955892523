"""The rules of the house that no tool checks: sizes, addresses, labels, lock file."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from onegrid.standards import kinds, profiles

ROOT = Path(__file__).parents[2]
MODULE_LINES, MODULE_LINES_MAX, FUNCTION_LINES_MAX = 300, 400, 60
# module -> when it was listed and why; take it out when the module is split
LONG_MODULES = {
    "geo/onegrid/io/reading.py": "2026-11-21: one reader for each way a file can be odd",
    "geo/onegrid/schema.py": "2026-11-21: a table of tables",
}
OWN_CODE = ("geo/", "api/", "data/")
VENDORED = "data/onegrid_data/vendor/"
# where an address may stand: sources and licences are cited, and nothing there loads anything
CITING = (VENDORED, "data/onegrid_data/standards/", "data/onegrid_data/sample/", "LICENSE", "docs/")
IDENTIFIERS = (  # names that look like addresses; nothing opens them
    "http://www.w3.org/2000/svg",
    "http://www.geopackage.org/spec120/#extension_rtree",
    "http://www.opengis.net/",
    "https://json-schema.org/draft/",
    "http://127.0.0.1",
    "http://localhost",
    "http://app",
    "http://{",
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
ADDRESS = re.compile(r"(?:https?|ftp)://[^\s\"'`)>\]]*")
TEXT = {".py", ".toml", ".md", ".js", ".css", ".html", ".svg", ".csv", ".sh", ".json", ".ts", ""}


def tracked() -> list[str]:
    listed = subprocess.run(  # what git knows, so that rubbish beside it does not matter
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[str]:
    return [n for n in tracked() if n.endswith(".py") and n.startswith((*OWN_CODE, "tools/"))]


def texts() -> list[tuple[str, str]]:
    return [
        (name, (ROOT / name).read_text(encoding="utf-8"))
        for name in tracked()
        if Path(name).suffix in TEXT and name != "requirements.lock"
    ]


def test_no_module_is_longer_than_a_reader_can_hold():
    lines = {name: (ROOT / name).read_text(encoding="utf-8").count("\n") for name in modules()}
    too_long = {name: n for name, n in lines.items() if n > MODULE_LINES_MAX}
    unlisted = {n: k for n, k in lines.items() if k > MODULE_LINES and n not in LONG_MODULES}
    assert (too_long, unlisted) == ({}, {})


def test_no_function_is_longer_than_a_screen():
    long = []
    for name in modules():
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
                if lines > FUNCTION_LINES_MAX:
                    long.append(f"{name}:{node.lineno} {node.name} {lines}")
    assert long == []


def test_no_file_names_another_site_except_to_cite_it():
    found = [
        f"{name}: {address}"
        for name, text in texts()
        if not name.startswith(CITING)
        for address in ADDRESS.findall(text)
        if not address.startswith(IDENTIFIERS) and "127.0.0.1" not in address
    ]
    allowed = ("tests/", "tools/", "geo/onegrid/io/", "README.md", "CHANGELOG.md", "notebooks/")
    allowed = (*allowed, "web/package-lock.json")  # names where its authors take donations
    assert [line for line in found if not line.startswith(allowed)] == []


def test_no_file_names_a_path_of_one_machine():
    found = [
        f"{name}: {match[0]}" for name, text in texts() for match in MACHINE_PATH.finditer(text)
    ]
    assert [line for line in found if not line.startswith("tests/unit/test_house.py")] == []


def test_the_npm_lock_file_holds_no_address_of_a_package():
    text = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in text
    assert '"resolved"' not in text
    assert ".tgz" not in text


def test_the_lock_file_holds_hashes_and_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert text.count("--hash=sha256:") > text.count("==")


@pytest.mark.parametrize("table", [kinds, profiles])
def test_everything_with_a_name_has_a_chinese_and_an_english_label(table):
    for name, row in table().items():
        assert re.search(r"[\u4e00-\u9fff]", row.label_zh), name
        assert re.search(r"[A-Za-z]", row.label_en), name


def test_the_vendored_library_comes_with_its_licence():
    for folder in {str(Path(n).parent) for n in tracked() if n.startswith(VENDORED)}:
        assert (ROOT / folder / "LICENSE").is_file()
