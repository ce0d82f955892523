"""Where compiled kernels are kept: beside the module, or where the user may write."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onegrid import compiled

TOY = "from compiled import kernel\n\n\n@kernel\ndef double(x):\n    return 2 * x\n"
ASK = "import toy; print(toy.double(21))"


@pytest.fixture
def package(tmp_path):
    """A folder of modules in which nothing can be written beside them, whoever the user is."""
    folder = tmp_path / "package"
    folder.mkdir()
    shutil.copy(compiled.__file__, folder / "compiled.py")
    (folder / "toy.py").write_text(TOY)
    (folder / "__pycache__").write_text("not a folder")
    return folder


def run(package: Path, **env: str) -> None:
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG"))}
    done = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-W", "error", "-c", ASK],
        cwd=package,
        env={**usual, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "42\n", done.stderr


@pytest.mark.slow
def test_a_package_folder_that_cannot_be_written_leaves_kernels_to_the_users_cache(
    package, tmp_path
):
    home = tmp_path / "home"
    home.mkdir()
    run(package, HOME=str(home), XDG_CACHE_HOME=str(home / "cache"))
    assert list(home.rglob("toy.double*.nbi"))


@pytest.mark.slow
def test_kernels_are_kept_in_the_folder_that_is_asked_for(package, tmp_path):
    run(package, NUMBA_CACHE_DIR=str(tmp_path / "kernels"))
    assert list((tmp_path / "kernels").rglob("toy.double*.nbi"))


@pytest.mark.slow
def test_kernels_run_where_nothing_can_be_kept(package, tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    run(package, HOME=str(nowhere), XDG_CACHE_HOME=str(nowhere / "cache"))
    assert not list(tmp_path.rglob("*.nbi"))


@pytest.mark.slow
def test_the_first_kernel_loads_no_linear_algebra_and_whoever_asks_for_it_still_gets_it():
    ask = (
        "import sys, numba, numpy as np; from onegrid.network.order import elimination_rank\n"
        "elimination_rank(np.zeros((2, 2)), np.array([[0, 1]], np.int32))\n"
        "print('scipy.linalg' in sys.modules)\n"
        "print(numba.njit(lambda a: a @ a)(2 * np.eye(2)).sum())"
    )
    done = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", ask], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False", "8.0"], done.stderr
