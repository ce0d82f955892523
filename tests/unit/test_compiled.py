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


def run(package: Path, ask: str = ASK, **env: str) -> None:
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG"))}
    done = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-W", "error", "-c", ask],
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
def test_a_kept_kernel_runs_without_what_compiling_needs_and_others_are_compiled_after_it(
    package, tmp_path
):
    kept = str(tmp_path / "kernels")
    run(package, NUMBA_CACHE_DIR=kept)
    after = (
        "import sys, numba, numpy as np\n"
        "assert 'numba.np.arraymath' not in sys.modules\n"
        "double = toy.double\n"
        "assert numba.njit(lambda a: double(3) + a[0])(np.ones(2)) == 7"
    )
    run(package, f"{ASK}\n{after}", NUMBA_CACHE_DIR=kept)
