"""A network written to one file and read back."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid.circles.reach import nearest
from onegrid.errors import NetworkError, OutputError
from onegrid.io.networks import read_network, write_network
from onegrid.network.build import Network, build_network
from onegrid.network.contract import contract
from onegrid.network.graph import towards, walk_graph
from onegrid.network.skeleton import Skeleton, contractible, weigh
from onegrid.network.snap import join_edges
from onegrid.standards import profile

if TYPE_CHECKING:
    from pathlib import Path


def network(*, barrier: str | None = "wall", name: str | None = "中山大道") -> Network:
    lines = gpd.GeoDataFrame(
        {"name": [name, None, name], "barrier": [None, None, barrier]},
        geometry=shapely.from_wkt(
            ["LINESTRING (0 0, 5 5, 100 0)", "LINESTRING (100 0, 200 0)", "LINESTRING (0 9, 9 9)"]
        ),
        crs="EPSG:4547",
    )
    return build_network(lines)[0]


@pytest.mark.parametrize("made", [network(), network(barrier=None, name=None)])
def test_what_is_read_is_what_was_written(tmp_path: Path, made: Network) -> None:
    path = tmp_path / "城区.network"
    write_network(made, path)
    read = read_network(path)
    assert (read.crs, read.names, read.classes) == (made.crs, made.names, made.classes)
    assert (read.hours, read.source) == (made.hours, str(path))
    for name in (f.name for f in fields(made) if isinstance(getattr(made, f.name), np.ndarray)):
        left, right = getattr(read, name), getattr(made, name)
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)
        assert left.ctypes.data % 64 == 0 or left.size == 0
    assert [b.wkt for b in read.barriers] == [b.wkt for b in made.barriers]
    assert read.barrier_names == made.barrier_names
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_same_network_gives_the_same_bytes_and_the_same_answers(tmp_path: Path) -> None:
    first, second = tmp_path / "a.network", tmp_path / "b.network"
    write_network(network(), first)
    write_network(read_network(first), second)
    assert first.read_bytes() == second.read_bytes()
    door = gpd.GeoDataFrame({"kind": "k"}, index=["h"], geometry=shapely.points([[3, 1]]), crs=4547)
    answers = [nearest(n, door, door, profile=profile()) for n in (network(), read_network(first))]
    assert answers[0].equals(answers[1])


def test_a_network_may_be_written_over_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.network"
    write_network(network(), path)
    read = read_network(path)
    write_network(network(name=None), path)
    assert read.names == ("中山大道",)
    assert read.xy.tolist() == network().xy.tolist()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cannot be read"),
        (b"PK\x03\x04 a zip file", "not a walk network"),
        (b"ONEGRIDN" + b"\x09\x00\x00\x00" + bytes(8), "newer onegrid .*update onegrid"),
        (b"ONEGRIDN" + b"\x01\x00\x00\x00" + bytes(8), "older onegrid .*make one with"),
        (b"ONEGRIDN" + b"\x03\x00\x00\x00" + b"\xff" * 8, "header is damaged"),
        (b"ONEGRIDN" + b"\x03\x00\x00\x00" + b"\x02" + bytes(11) + b"[]", "header is damaged"),
        (b"ONEGRIDN" + b"\x02\x00", "newer|damaged"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.network"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=says) as caught:
        read_network(path)
    assert caught.value.problems[0].source == str(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="FILE_MISSING"):
        read_network(tmp_path / "none.network")
    with pytest.raises(NetworkError, match="cannot be read"):
        read_network(tmp_path)


def test_every_cut_and_every_flipped_header_byte_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.network"
    write_network(network(), path)
    whole = path.read_bytes()
    for size in range(0, len(whole) - 8, 7):
        path.write_bytes(whole[:size])
        with pytest.raises(NetworkError):
            read_network(path)


def test_a_flipped_byte_anywhere_is_found_before_the_arrays_are_used(tmp_path: Path) -> None:
    path = tmp_path / "a.network"
    write_network(network(), path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(NetworkError) as caught:
            read_network(path).require_sound()
        assert caught.value.problems[0].source == str(path)


@pytest.mark.parametrize(
    ("name", "value"), [("ends", 9), ("name_id", 7), ("length_m", np.nan), ("length_m", -1.0)]
)
def test_arrays_that_would_crash_a_search_are_refused(
    tmp_path: Path, name: str, value: float
) -> None:
    made = network()
    getattr(made, name).flat[0] = value
    path = tmp_path / "a.network"
    with pytest.raises(OutputError, match="do not fit"):
        write_network(made, path)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_network(network(), tmp_path / "no" / "a.network")


def test_the_header_is_json_without_machine_or_time(tmp_path: Path) -> None:
    path = tmp_path / "a.network"
    write_network(network(), path)
    data = path.read_bytes()
    header = json.loads(data[24 : 24 + int.from_bytes(data[12:20], "little")])
    texts = ["barrier_names", "classes", "hours", "names"]
    assert sorted(header) == sorted(["arrays", "checksum", "crs", *texts])


def test_opening_looks_at_the_header_only_and_the_arrays_are_proved_when_used(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.network"
    write_network(network(), path)
    whole = bytearray(path.read_bytes())
    whole[-100] ^= 1
    path.write_bytes(whole)
    opened = read_network(path)
    assert opened.names == ("中山大道",)
    for use in (
        lambda: opened.lines,
        lambda: opened.opened().street_tree,
        lambda: walk_graph(opened, profile()),
        lambda: join_edges(opened, shapely.points([[0, 0]]), profile=profile()),
    ):
        with pytest.raises(NetworkError, match="damaged") as caught:
            use()
        assert caught.value.problems[0].source == str(path)


def test_an_order_of_the_nodes_is_kept_and_must_be_one(tmp_path: Path) -> None:
    path = tmp_path / "a.network"
    rank = np.array([2, 0, 1], dtype=np.int32)  # three nodes
    write_network(replace(network(), rank=rank), path)
    assert read_network(path).rank.tolist() == rank.tolist()
    for wrong in ([2, 0, 2], [0, 1], [0, 1, 9], [-1, 1, 2]):
        with pytest.raises(OutputError, match="do not fit"):
            write_network(replace(network(), rank=np.array(wrong, dtype=np.int32)), path)


def test_a_skeleton_is_kept_and_answers_for_every_profile_as_searches_do(tmp_path: Path) -> None:
    path = tmp_path / "a.network"
    write_network(contractible(network()), path)
    opened = read_network(path)
    assert len(opened.skeleton) == 2
    for walker in (profile("plain"), profile("frail")):
        graph = towards(walk_graph(opened, walker))
        skeleton = Skeleton(opened.rank, opened.skeleton_offsets, opened.skeleton)
        weighed = weigh(skeleton, graph, limit_us=900 * 10**6)
        lean = contract(graph, opened.rank, limit_us=900 * 10**6)
        assert weighed is not None
        assert sorted(weighed.rise_us) == sorted(lean.rise_us)
    for wrong in ([0, 1], [0, 2, 2, 9], [0, 2, 1, 2]):
        offsets = np.array(wrong, dtype=np.int64)
        with pytest.raises(OutputError, match="do not fit"):
            write_network(replace(opened, skeleton_offsets=offsets), path)
    with pytest.raises(OutputError, match="do not fit"):
        write_network(replace(opened, skeleton=opened.skeleton + np.uint32(9)), path)


def test_a_skeleton_serves_the_streets_that_are_opened_later(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    at = np.arange(12) * 100.0
    lines = [shapely.LineString([(x, y), (x + 100, y)]) for x in at[:-1] for y in at]
    lines += [shapely.LineString([(x, y), (x, y + 100)]) for x in at for y in at[:-1]]
    access = np.where(rng.random(len(lines)) < 0.4, "private", "yes")
    streets = gpd.GeoDataFrame(
        {"highway": "residential", "access": access}, geometry=lines, crs="EPSG:4547"
    )
    built, _ = build_network(streets)
    write_network(contractible(built), tmp_path / "a.network")
    read = read_network(tmp_path / "a.network")
    points = shapely.points(rng.uniform(0, 1_100, (60, 2)))
    kinds = [f"k{i % 6}" for i in range(60)]  # enough to sweep with an order, too few without
    places = gpd.GeoDataFrame({"kind": kinds}, geometry=points, crs="EPSG:4547")
    for swept, searched in ((read, built), (read.opened(), built.opened())):
        for walker in ("plain", "elder_75"):
            options = {"profile": profile(walker), "limit_s": 600.0}
            pd.testing.assert_frame_equal(
                nearest(swept, places, places, **options),
                nearest(searched, places, places, **options),
            )
