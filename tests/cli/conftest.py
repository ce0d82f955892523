"""A small invented district, and the program run as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from onegrid.cli.main import main
from onegrid.io.sample import DistrictOptions, write_district

PROGRAM = Path(sys.executable).with_name("onegrid")


class Outcome:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def codes(self):
        lines = self.err.splitlines()
        return [line[6 : line.index("]")] for line in lines if line.startswith("error[")]


@pytest.fixture(scope="session")
def program():
    return PROGRAM


@pytest.fixture(scope="session")
def onegrid():
    def run(*words, cwd=None):
        command = [str(PROGRAM), *map(str, words)]
        done = subprocess.run(  # noqa: S603  (our own program)
            command, capture_output=True, text=True, check=False, cwd=cwd, timeout=300
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Outcome(done)

    return run


@pytest.fixture
def quickly(monkeypatch, capsys):
    """Run the program in this process, for what ends early: starting it takes longer."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["onegrid", *map(str, words)])
        capsys.readouterr()
        code = main()
        told = capsys.readouterr()
        return Outcome(subprocess.CompletedProcess(words, code, told.out, told.err))

    return run


@pytest.fixture(scope="session")
def district(tmp_path_factory):
    folder = tmp_path_factory.mktemp("district")
    options = DistrictOptions(
        seed=3, subdistricts=2, communities=4, cells=16, households=6_000, buildings=700
    )
    return write_district(folder, options)


@pytest.fixture(scope="session")
def merge_words():
    return _merge_words


def _merge_words(district, out):
    departments = [
        word
        for name, path in sorted(district.departments.items())
        for word in ("--department", f"{name}={path}")
    ]
    return [
        "merge",
        *departments,
        *("--communities", district.communities, "--households", district.households),
        *("--roads", district.roads, "--out", out),
    ]


@pytest.fixture(scope="session")
def merged(onegrid, district, merge_words, tmp_path_factory):
    out = tmp_path_factory.mktemp("merged") / "out"
    outcome = onegrid(*merge_words(district, out), "--json")
    assert outcome.code == 0, outcome.err
    return out, outcome


@pytest.fixture(scope="session")
def streets(onegrid, district, tmp_path_factory):
    path = tmp_path_factory.mktemp("streets") / "streets.network"
    outcome = onegrid("network", district.roads, "--out", path, "--json")
    assert outcome.code == 0, outcome.err
    return path
