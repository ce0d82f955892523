import resource

import pytest

COMMANDS = [
    "check",
    "merge",
    "edit",
    "compare",
    "network",
    "reach",
    "circles",
    "nearest",
    "coverage",
    "map",
    "serve",
    "demo",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_an_example(onegrid, command):
    outcome = onegrid(command, "--help")
    assert outcome.code == 0
    assert f"例：onegrid {command}" in outcome.out


def test_help_answers_at_once(onegrid):
    onegrid("--help")
    best = 9.0
    for _ in range(4):  # processor time, and the best of a few: other tests share the machine
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert onegrid("--help").code == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        best = min(best, used)
    assert best < 0.7


@pytest.mark.parametrize("words", [("nonsense",), ("merge",), ("reach", "--minutes")])
def test_a_usage_error_is_one_clear_line(onegrid, words):
    outcome = onegrid(*words)
    assert outcome.code == 2
    assert outcome.codes == ["USAGE"]


def test_serve_without_results_is_refused(onegrid, tmp_path):
    outcome = onegrid("serve", "--workspace", tmp_path)
    assert outcome.code == 2
    assert outcome.codes == ["WORKSPACE"]


def test_check_finds_the_faults_of_the_invented_files(onegrid, district):
    outcome = onegrid("check", district.communities, *district.departments.values(), "--json")
    assert outcome.code == 0, outcome.err
    told = {e["file"]: {f["code"] for f in e["findings"]} for e in outcome.json["files"]}
    assert told[str(district.communities)] == set()
    assert "INVALID_RING" in told[str(district.departments["emergency"])]
    assert "ENCODING_GUESSED" in told[str(district.departments["urban_management"])]
    assert "DUPLICATE_CODE" in told[str(district.departments["politics_law"])]


def test_check_lists_every_file_it_cannot_read(onegrid, district, tmp_path):
    outcome = onegrid("check", district.communities, tmp_path / "a.shp", tmp_path / "b.gpkg")
    assert outcome.code == 2
    assert len(outcome.codes) == 2
