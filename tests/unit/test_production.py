"""The files for an office's machine name commands, options and variables that there are."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from onegrid.cli.main import app
from onegrid_api.settings import Oidc

ROOT = Path(__file__).parents[2]
FILES = ROOT / "docs" / "production"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FILES.iterdir())}
OTHERS = {"FORWARDED_ALLOW_IPS", "NUMBA_CACHE_DIR", "PGPASSFILE"}  # of uvicorn, numba, libpq


def commands():
    """Return every call of onegrid in the files: the file, and its words."""
    for name, text in TEXTS.items():
        plain = re.sub(r'"(?:, )?', " ", text) if name == "Containerfile" else text
        for call in re.findall(r"(?:/bin/|\[ *|: )onegrid ([a-z].*)", plain):
            yield name, shlex.split(call.rstrip("]' "))


def test_every_command_in_the_files_has_the_options_that_are_given():
    group, seen = typer.main.get_command(app), set()
    for name, (verb, *words) in commands():
        command = group.commands[verb]
        known = {option for each in command.params for option in each.opts}
        asked = {word for word in words if word.startswith("--")}
        assert asked <= known, (name, verb, asked - known)
        seen.add(verb)
    assert seen == {"audit", "backup", "init", "serve"}


def test_every_variable_in_the_files_is_read_somewhere():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "api").rglob("*.py"))
    provider = {f"ONEGRID_OIDC_{name.upper()}" for name in Oidc.__dataclass_fields__}
    every = re.findall(r"(?m)(?:^#?|Environment=|ENV )([A-Z_]+)=", "\n".join(TEXTS.values()))
    assert {"ONEGRID_METRICS_TOKEN", "NUMBA_CACHE_DIR", "PGPASSFILE"} <= set(every)
    assert {name for name in every if name not in code} <= provider | OTHERS


def test_the_page_on_the_service_names_every_file():
    page = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    assert {name for name in TEXTS if f"production/{name}" not in page} == set()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="a machine without systemd")
def test_systemd_takes_the_units(tmp_path):
    for name, text in TEXTS.items():
        if Path(name).suffix in {".service", ".timer"}:
            here = text.replace("/opt/onegrid/.venv/bin", str(Path(sys.executable).parent))
            (tmp_path / name).write_text(here, encoding="utf-8")
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(  # noqa: S603  (our own command)
        ["systemd-analyze", "verify", *units],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "onegrid" in line]
    assert (len(units), ours) == (3, [])
