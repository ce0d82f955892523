"""The benchmarks' columns against grids measured by hand, and their page against their results."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

ROOT = Path(__file__).parents[2]
HOMES = [(10, 10), (90, 10), (110, 10), (190, 10)]  # one in each quarter of the town, west to east


def bench(module):
    """Import a module of the benchmarks, which are scripts beside the packages."""
    if str(ROOT / "benchmarks") not in sys.path:
        sys.path.insert(0, str(ROOT / "benchmarks"))
    return importlib.import_module(f"bench.{module}")


columns, page, units = bench("columns"), bench("page"), bench("units")


def shapes(*polygons):
    return np.array(polygons, dtype=object)


def layer(*polygons):
    codes = np.array([f"old{i}" for i in range(len(polygons))], dtype=object)
    return columns.Layer(shapes(*polygons), codes)


@pytest.fixture
def town():
    """Two communities of 100 m side by side; homes of 300, 100, 400 and 600 households."""
    return columns.Ground(
        communities=shapes(box(0, 0, 100, 100), box(100, 0, 200, 100)),
        homes=shapely.points(HOMES),
        households=np.array([300, 100, 400, 600]),
        departments={"police": layer(box(0, 0, 50, 100), box(50, 0, 200, 100))},
        band=(300, 500),
    )


QUARTERS = [box(x, 0, x + 50, 100) for x in (0, 50, 100, 150)]


def test_a_perfect_grid_of_four_quarters_has_the_figures_of_arithmetic(town):
    found = columns.grid_columns(shapes(*QUARTERS), town)
    assert (found["cells"], found["gap_m2"], found["overlap_m2"], found["slivers"]) == (4, 0, 0, 0)
    assert (found["parts_per_cell"], found["across_communities"]) == (1, 0)
    assert found["lost_households"] == 0
    assert found["in_band_share"] == pytest.approx(2 / 4)  # 300 and 400 of 300, 100, 400, 600
    assert found["households_in_band_share"] == pytest.approx(700 / 1400)
    assert found["compactness"] == pytest.approx(4 * np.pi * 5000 / 300**2)
    # x = 50 is old; of x = 150 only the ends, 10 m each, are near the old outer border
    assert found["border_reuse_share"] == pytest.approx((100 + 20) / 200)
    assert found["kept_police"] == pytest.approx((300 + 600) / 1400)


def test_a_border_within_eight_metres_is_reused_and_one_of_nine_is_not(town):
    for off_m, share in ((7.9, 1.0), (9.0, 0.2)):  # the ends meet the old outer border
        cells = shapes(box(0, 0, 50 + off_m, 100), box(50 + off_m, 0, 100, 100), *QUARTERS[2:])
        one = shapely.union_all(cells[2:])
        found = columns.grid_columns(shapes(*cells[:2], one), town)
        assert found["border_reuse_share"] == pytest.approx(share)


def test_gaps_overlaps_and_lost_households_are_square_metres_and_people(town):
    cells = shapes(box(0, 0, 60, 100), box(50, 0, 100, 100), box(100, 0, 180, 100))
    found = columns.grid_columns(cells, town)
    assert found["gap_m2"] == pytest.approx(2000)
    assert found["overlap_m2"] == pytest.approx(1000)
    assert found["lost_households"] == 600


def test_a_cell_over_two_communities_and_a_cell_in_two_parts_are_counted(town):
    apart = shapely.union_all([QUARTERS[0], QUARTERS[3]])
    found = columns.grid_columns(shapes(apart, QUARTERS[1], QUARTERS[2]), town)
    assert found["across_communities"] == 1
    assert found["parts_per_cell"] == pytest.approx(4 / 3)


def test_a_strip_of_one_metre_and_a_crumb_are_slivers(town):
    strip, crumb = box(0, 0, 1, 100), box(1, 0, 10, 11)
    whole = shapely.union_all(town.communities)
    rest = shapely.difference(whole, shapely.union_all([strip, crumb]))
    found = columns.tiling_columns(shapes(strip, crumb, rest), whole)
    assert (found["slivers"], found["gap_m2"]) == (2, 0)


def test_a_home_on_a_border_counts_once_in_the_first_cell():
    homes = shapely.points([(50, 10), (500, 500)])
    assert columns.first_inside(homes, shapes(*QUARTERS)).tolist() == [0, -1]


def test_households_that_nobody_had_drawn_do_not_count_as_kept_or_lost(town):
    half = layer(box(0, 0, 100, 100))
    cells = np.array([0, 0, 1, 2])
    assert columns.kept_share(cells, town, half) == 1
    assert columns.kept_share(np.array([0, 1, 1, 2]), town, half) == pytest.approx(300 / 400)
    assert columns.kept_share(np.array([-1, -1, -1, -1]), town, half) == 0


def test_repairs_are_measured_by_what_is_left_and_what_moved():
    drawn = layer(box(0, 0, 49, 100), box(51, 0, 100, 100), box(40, 0, 41, 5))
    fixed = layer(box(0, 0, 50, 100), box(50, 0, 100, 100), Polygon())
    raw = columns.repair_columns({"a": drawn}, {"a": drawn}, close_m=15)
    done = columns.repair_columns({"a": drawn}, {"a": fixed}, close_m=15)
    assert raw["gap_m2"] == pytest.approx(200, abs=0.01)
    assert raw["overlap_m2"] == pytest.approx(5, abs=0.01)
    assert (raw["moved_m2"], raw["vanished"], raw["slivers"]) == (0, 0, 1)
    assert done["gap_m2"] == pytest.approx(0, abs=0.01)
    assert done["moved_m2"] == pytest.approx(100 + 100 + 5, abs=0.01)
    assert (done["vanished"], done["overlap_m2"], done["slivers"]) == (1, 0, 0)


def test_labels_become_cells_and_units_without_a_label_are_left_out():
    made = units.dissolved(units.Units(shapes(*QUARTERS), []), np.array([0, 0, -1, 1]))
    assert [cell.bounds for cell in made] == [(0, 0, 100, 100), (150, 0, 200, 100)]


def table(*rows):
    heads = [
        {"key": "peer", "label": "program", "digits": None},
        {"key": "gap", "label": "gap", "digits": 0, "better": "low", "must": 0},
        {"key": "reuse", "label": "reuse", "digits": page.PERCENT, "better": "high"},
    ]
    own = {"peer": "onegrid", "ours": True, "status": "ok", "gap": 0, "reuse": 0.9}
    return {"title": "t", "about": "a", "columns": heads, "rows": [own, *rows]}


def test_the_page_says_where_a_peer_is_ahead_and_whether_its_result_is_sound():
    better = {"peer": "better", "status": "ok", "gap": 0, "reuse": 0.95}
    holes = {"peer": "holes", "status": "ok", "gap": 7, "reuse": 0.99}
    late = {"peer": "late", "status": "timeout", "gap": 0, "reuse": 1.0}
    close = {"peer": "close", "status": "ok", "gap": 0, "reuse": 0.904}
    text = page.table_text(table(better, holes, late, close))
    sound, faulty = text.split("in results with faults")
    assert "reuse: 90.0 % against 95.0 % of better" in sound
    assert "reuse: 90.0 % against 99.0 % of holes" in faulty
    assert "of late" not in text
    assert "nobody is ahead" in page.table_text(table(close))


def test_benchmarks_are_told_in_a_fixed_order_and_new_ones_last():
    paths = [Path(f"{name}.json") for name in ("reach_b", "merge_edits", "reach_a", "merge_peers")]
    names = [path.stem for path in page.in_order(paths)]
    assert names == ["merge_peers", "merge_edits", "reach_a", "reach_b"]


def test_the_page_of_benchmarks_is_what_the_results_say():
    assert page.PAGE.read_text(encoding="utf-8") == page.render(page.stored())


def test_results_name_their_date_command_and_machine_and_no_host():
    assert page.stored()
    for result in page.stored():
        assert {"date", "command", "machine", "versions", "tables"} <= set(result)
        assert set(result["machine"]) == {"cores", "memory_gib", "processor", "python", "system"}
        assert "/tmp" not in json.dumps(result)  # noqa: S108  (a path of one machine)
