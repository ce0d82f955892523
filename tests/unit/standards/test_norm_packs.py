import csv

import pytest

from onegrid import standards
from onegrid.coverage.rules import services
from onegrid.errors import InputError
from onegrid.io.packs import check_standard, read_standard
from onegrid.standards.norm_packs import CONFIDENCES, pack_problems


def codes(problems):
    return [problem.code for problem in problems]


@pytest.mark.parametrize("name", standards.packs())
def test_every_bundled_pack_is_sound_and_says_where_it_is_from(name):
    rules = standards.pack(name)
    rows = [rule.as_row() for rule in rules]
    assert pack_problems(rows, source=name)[1] == ()
    assert all(rule.kind in standards.kinds() for rule in rules)
    assert all(rule.title and rule.confidence in CONFIDENCES for rule in rules)


def test_a_pack_saved_and_read_again_is_the_same(tmp_path):
    for name in standards.packs():
        path = tmp_path / f"{name}.csv"
        rows = [rule.as_row() for rule in standards.pack(name)]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        assert read_standard(str(path)) == standards.pack(name)


def test_a_pack_written_in_chinese_is_understood_in_utf8_and_gbk(tmp_path):
    text = (
        "设施,分钟,按什么计,面积下限,起算户数\n药房,8,,,\n居家养老服务中心,15,每个街道,750,1000\n"
    )
    for encoding in ("utf-8-sig", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        pharmacy, care = read_standard(str(path))
        assert (pharmacy.kind, pharmacy.minutes, pharmacy.per) == ("pharmacy", 8, "")
        assert (care.kind, care.per, care.households_from) == (
            "elder_care_center",
            "subdistrict",
            1000,
        )
        assert check_standard(str(path))[1] == ()


def test_everything_wrong_with_a_pack_is_told_at_once(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(
        "kind,minutes,per,floor_m2_min,confidence\n"
        "clinik,15,community,-3,seen\n"
        ",0,galaxy,x,sure\n"
        "clinic,15,,,\n"
        "clinic,15,,,\n"
        "clinic,10,subdistrict,,\n",
        encoding="utf-8",
    )
    rules, problems = check_standard(str(path))
    assert len(rules) == 3
    assert codes(problems) == [
        *["PACK_ROW"] * 5,
        *("PACK_KIND", "PACK_CONFIDENCE", "PACK_DUPLICATE", "PACK_LIMITS"),
    ]
    assert "clinic?" in problems[5].remedy
    with pytest.raises(InputError) as error:
        read_standard(str(path))
    assert codes(error.value.problems) == ["PACK_ROW"] * 5


@pytest.mark.parametrize("text", ["", "kind,minutes\n", "a,b\n1,2\n"])
def test_a_file_without_rules_is_no_pack(tmp_path, text):
    path = tmp_path / "none.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_standard(str(path))


def test_a_kind_of_a_citys_own_stays_what_it_is(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("kind,minutes\n烽火台,15\n", encoding="utf-8")
    assert read_standard(str(path))[0].kind == "烽火台"
    assert codes(check_standard(str(path))[1]) == ["PACK_KIND"]


def test_rules_of_one_level_keep_their_thresholds():
    floors = services(standards.pack("jb143-2010"))[0].floors
    assert [(rule.people_from, rule.minimum) for rule in floors] == [
        (10_000, 750),
        (15_000, 1085),
        (30_000, 1600),
    ]
