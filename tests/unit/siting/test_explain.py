"""Why a site was chosen, where candidates come from, and what is refused."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from onegrid.coverage.walks import Catchments
from onegrid.errors import InputError
from onegrid.network.build import build_network
from onegrid.siting.candidates import candidate_buildings, candidate_corners
from onegrid.siting.explain import explain
from onegrid.siting.gains import make_gains, value_of
from onegrid.siting.reduce import merge_doors
from onegrid.siting.situation import Situation
from onegrid.siting.solve import choose_sites


def situation(pairs, weight, now_s=None, sites=3):
    """Pairs as (door, candidate) within 900 seconds."""
    door, site = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    now = np.full(len(weight), np.inf) if now_s is None else np.array(now_s)
    walks = Catchments(door, site, np.full(len(door), 60.0))
    limit = np.full(len(weight), 900.0)
    return Situation(walks, np.array(weight, dtype=float), now, limit, sites)


def test_a_door_seen_by_two_sites_is_gained_once_and_lost_by_neither():
    case = situation([(0, 0), (1, 0), (1, 1), (2, 1)], [5, 3, 2], sites=2)
    found = explain(case, np.array([0, 1]))
    assert found.sites["gained"].tolist() == [8, 2]
    assert found.sites["lost_without"].tolist() == [5, 2]
    assert found.newly.to_numpy().tolist() == [[0, 0], [1, 0], [2, 1]]


def test_the_next_best_candidate_may_win_back_what_is_lost():
    case = situation([(0, 0), (1, 0), (0, 2), (1, 1)], [5, 3])
    row = explain(case, np.array([0])).sites.iloc[0]
    assert (row["lost_without"], row["next_best"], row["next_best_less"]) == (8, 2, 3)


def test_existing_facilities_leave_nothing_to_gain():
    case = situation([(0, 0), (1, 0)], [5, 3], now_s=[900.0, 900.1], sites=1)
    found = choose_sites(case, count=1)
    assert (found.covered_before, found.covered_after) == (5, 8)
    assert explain(case, found.sites).sites["gained"].tolist() == [3]


def test_a_choice_of_nothing_has_nothing_to_explain():
    case = situation([], [5, 3])
    found = choose_sites(case, count=2)
    assert len(found.sites) == 0
    assert found.covered_after == found.bound == 0
    assert found.gap == 0
    assert len(explain(case, found.sites).sites) == 0


def test_more_sites_than_candidates_takes_those_that_help():
    case = situation([(0, 0), (1, 1)], [5, 3])
    assert choose_sites(case, count=99).sites.tolist() == [0, 1]


def test_equal_candidates_the_first_is_taken():
    case = situation([(0, 2), (0, 1), (0, 0)], [5])
    assert choose_sites(case, count=1).sites.tolist() == [0]


@pytest.mark.parametrize("weight", [np.nan, np.inf, -1.0])
def test_a_weight_that_is_no_amount_is_refused_with_its_place(weight):
    with pytest.raises(InputError, match=r"error\[WEIGHT\].*position 1"):
        situation([(0, 0)], [5, weight])


@pytest.mark.parametrize(
    ("problem", "count", "code"),
    [("mclp", 0, "COUNT"), ("p-median", None, "COUNT"), ("best", 1, "PROBLEM_UNKNOWN")],
)
def test_a_question_without_sense_is_refused(problem, count, code):
    with pytest.raises(InputError, match=code):
        choose_sites(situation([(0, 0)], [5]), problem=problem, count=count)


def test_lscp_with_a_count_gives_the_first_of_its_sites():
    case = situation([(0, 0), (1, 1), (2, 2)], [1, 9, 4])
    found = choose_sites(case, problem="lscp", count=2)
    assert found.sites.tolist() == [1, 2]
    assert found.objective == 3
    assert found.covered_after == 13


def test_merging_doors_changes_no_value():
    rng = np.random.default_rng(5)
    door, site = np.nonzero(rng.random((60, 7)) < 0.3)
    gain = rng.integers(1, 4, len(door)).astype(float)
    gains = make_gains(door, site, gain, doors=60, sites=7)
    merged = merge_doors(gains)
    assert merged.doors < gains.doors
    for chosen in ([], [0], [1, 4], [0, 2, 3, 6]):
        picked = np.array(chosen, dtype=np.int64)
        assert value_of(merged, picked) == pytest.approx(value_of(gains, picked))


def test_buildings_are_thinned_to_the_one_with_most_people():
    homes = gpd.GeoDataFrame(
        {"people": [3, 9, 9, 0]},
        index=["a", "b", "c", "d"],
        geometry=gpd.points_from_xy([10, 20, 30, 350], [10, 20, 30, 10]),
        crs=4547,
    )
    found = candidate_buildings(homes, weight="people", spacing_m=100.0)
    assert found.index.tolist() == ["b", "d"]


def test_corners_are_where_three_streets_meet_and_none_is_shut():
    streets = gpd.GeoDataFrame(
        {"highway": ["residential"] * 4, "access": ["", "", "", "private"]},
        geometry=shapely.from_wkt(
            [
                "LINESTRING (0 0, 100 0)",
                "LINESTRING (100 0, 200 0)",
                "LINESTRING (100 0, 100 90)",
                "LINESTRING (200 0, 200 90)",
            ]
        ),
        crs=4547,
    )
    corners = candidate_corners(build_network(streets)[0], spacing_m=50.0)
    assert corners.geometry.to_wkt().tolist() == ["POINT (100 0)"]


def test_p_center_proves_nothing_beyond_the_pairs_it_was_given():
    case = situation([(0, 0)], [5, 3], now_s=[np.inf, 2000.0], sites=1)
    far = Situation(
        Catchments(np.array([0, 1]), np.array([0, 1]), np.array([60.0, 1500.0])),
        *(case.weight, case.now_s, case.limit_s, 2),
    )
    found = choose_sites(far, problem="p-center", count=1)
    assert found.objective == 2000.0
    assert found.objective_bound == 1500.0
