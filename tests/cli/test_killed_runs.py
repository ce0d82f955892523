"""A run that is killed leaves no half file, and the next one works."""

import signal
import subprocess
import time

import pytest

from onegrid.io.files import read_table
from onegrid.schema import CELLS


@pytest.mark.parametrize("seconds", [2.0, 5.0, 7.0, 9.0])
def test_a_killed_merge_leaves_nothing_or_everything(
    onegrid, district, merge_words, program, tmp_path, seconds
):
    out = tmp_path / "out"
    before = {p: p.stat().st_mtime_ns for p in district.communities.parent.iterdir()}
    command = [str(program), *map(str, merge_words(district, out))]
    running = subprocess.Popen(  # noqa: S603  (our own program)
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(seconds)
    running.send_signal(signal.SIGKILL)
    running.wait()
    seen = sorted(p.name for p in out.iterdir() if p.name[0] != ".") if out.exists() else []
    assert seen == [] or "run.json" in seen or running.returncode == 0
    if "grid.gpkg" in seen:
        assert len(read_table(f"{out / 'grid.gpkg'}#cells", CELLS).frame)
    assert {p: p.stat().st_mtime_ns for p in district.communities.parent.iterdir()} == before
    if seconds == 5.0:
        again = onegrid(*merge_words(district, out))
        assert again.code == 0, again.err
        assert not [p for p in out.iterdir() if p.name.startswith(".")]
