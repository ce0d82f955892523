"""Filters as programs write them, and as nobody should."""

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from onegrid_api.cql2 import chosen
from onegrid_api.cql2_values import FilterError

FRAME = gpd.GeoDataFrame(
    {
        "people": [5, None, 20],
        "name": ["花园'社区", None, "b%"],
        "locked": [True, None, False],
        "户数": [1, 2, 3],
    },
    index=["a", "b", "c"],
    geometry=[shapely.Point(i, i) for i in range(3)],
).rename_axis("cell_id")


def found(text):
    return "".join(FRAME.index[chosen(FRAME, text, FRAME.geometry.to_numpy())])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("people > 3", "ac"),
        ("NOT people > 10", "a"),
        ("people IS NULL", "b"),
        ("people IS NOT NULL AND name LIKE '%社区'", "a"),
        ("name NOT LIKE '_%%'", ""),
        ("people BETWEEN 5 AND 10 OR cell_id IN ('c', 'x')", "ac"),
        ("people NOT BETWEEN 5 AND 10", "c"),
        ("locked = TRUE or locked=false", "ac"),
        ('"户数" NOT IN (1) and 户数 <= 2', "b"),
        ("name = '花园''社区'", "a"),
        ("NOT (people = 5 OR people = 20)", ""),
        ("people > -3.5e0", "ac"),
        ("S_INTERSECTS(geometry, BBOX(0.5, 0.5, 3, 3))", "bc"),
        ("NOT S_WITHIN(geometry, POLYGON((-1 -1, 1.5 -1, 1.5 1.5, -1 1.5, -1 -1)))", "c"),
        ("S_EQUALS(geometry, POINT(1 1)) OR S_EQUALS(POINT(2 2), geometry)", "bc"),
    ],
)
def test_a_filter_lets_the_rows_through_that_it_names(text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("", "people", "people >", "people > 'a'", "x = 1", "(" * 100, "name LIKE 5", "'", "NOT"),
        *("people NOT = 3", "people = 1 2", "S_INTERSECTS(geometry, 1)", "geometry = 1"),
        *("S_INTERSECTS(geometry, POLYGON((0 0)))", "S_INTERSECTS(geometry, BBOX(1, 2))"),
        *("NOT " * 2000 + "people = 1", "locked = 1", "people = TRUE", "name = 'a", "IN (1)"),
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))",
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(text):
    with pytest.raises(FilterError) as refusal:
        found(text)
    assert refusal.value.problems[0].where.startswith("character ")


def test_a_pattern_of_many_wildcards_takes_no_time():
    frame = FRAME.assign(name=["a" * 5000] * 3)
    assert not chosen(frame, f"name LIKE '{'%a' * 900}b'", frame.geometry.to_numpy()).any()


@given(st.text(alphabet="ac_%", max_size=12), st.text(alphabet="ac_%", max_size=6))
def test_like_is_what_a_pattern_of_the_shell_says(text, pattern):
    import fnmatch  # noqa: PLC0415

    frame = FRAME.assign(name=text)
    shell = pattern.replace("%", "*").replace("_", "?")
    like = chosen(frame, f"name LIKE '{pattern}'", frame.geometry.to_numpy()).all()
    assert like == fnmatch.fnmatchcase(text, shell)


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_refused(text):
    try:
        chosen(FRAME, text, FRAME.geometry.to_numpy())
    except FilterError:
        return
