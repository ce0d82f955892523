"""The wheel, installed into an empty environment with the locked dependencies, does the job."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
COMMUNITIES = ROOT / "data" / "onegrid_data" / "sample" / "communities.parquet"


def uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    assert found, "uv not found: run make setup"
    return found


def run(*command: str | Path, cwd: Path) -> str:
    outside = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(  # noqa: S603  (our own commands)
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False, env=outside
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    run(uv(), "build", "-q", "--wheel", "--out-dir", out, ROOT, cwd=out)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel, tmp_path_factory):
    env = tmp_path_factory.mktemp("env")
    python = env / "bin" / "python"
    run(uv(), "venv", "-q", "--python", sys.executable, env, cwd=env)
    run(uv(), "pip", "sync", "-q", "--python", python, ROOT / "requirements.lock", cwd=env)
    run(uv(), "pip", "install", "-q", "--python", python, "--no-deps", wheel, cwd=env)
    return env / "bin" / "onegrid"


def test_the_wheel_holds_code_data_and_pages_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for expected in (
        "onegrid/py.typed",
        "onegrid_api/pages/docs.html",
        "onegrid_api/static/app/index.html",
        "onegrid_api/static/style.css",
        "onegrid_data/standards/packs.csv",
        "onegrid_data/sample/communities.parquet",
        "onegrid_data/vendor/leaflet/LICENSE",
        "onegrid_data/map/map.js",
    ):
        assert expected in names
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {
        "onegrid",
        "onegrid_api",
        "onegrid_data",
    }


def test_the_installed_command_explains_itself(program, tmp_path):
    text = run(program, "--help", cwd=tmp_path)
    for command in ("check", "merge", "coverage", "serve"):
        assert command in text


def test_the_installed_command_checks_the_sample_from_another_folder(program, tmp_path):
    assert "communities" in run(program, "check", COMMUNITIES, cwd=tmp_path)
