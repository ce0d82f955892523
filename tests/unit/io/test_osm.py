"""OpenStreetMap: what is walked, cuts at shared nodes and gates, graphs, downloads."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest
import shapely
from osmium.osm.mutable import Node, Way

from onegrid import schema
from onegrid.errors import InputError
from onegrid.io.files import read_table
from onegrid.io.osm import read_osm, read_place
from onegrid.io.ways import NOT_WALKED, is_walked
from onegrid.network.build import EdgeFlag, build_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NODES = {
    1: (116.800, 38.300), 2: (116.801, 38.300), 3: (116.803, 38.300), 4: (116.801, 38.301),
    5: (116.801, 38.299), 6: (116.8025, 38.300), 7: (116.799, 38.301),
}  # fmt: skip
GATE = {6: {"barrier": "gate", "access": "private", "opening_hours": "06:00-22:00"}}
WAY_WITHOUT_NODES = (
    b"<osm version='0.6'><way id='1'><nd ref='1'/><nd ref='2'/>"
    b"<tag k='highway' v='path'/></way></osm>"
)
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    10: ([1, 2, 6, 3], {"highway": "residential", "name": "解放路", "maxspeed": "30"}),
    11: ([4, 2, 5], {"highway": "steps"}),
    12: ([4, 3], {"railway": "rail", "bridge": "yes"}),
    13: ([4, 99, 1], {"highway": "footway"}),
    14: ([4, 1], {"highway": "motorway_link"}),
    15: ([5, 3], {"highway": "service", "service": "private"}),
    16: ([1, 4, 7, 1], {"highway": "pedestrian", "area": "yes"}),
    17: ([7, 4], {"barrier": "fence"}),
    18: ([7, 1], {"building": "yes"}),
}


def osm_file(path: Path) -> str:
    writer = osmium.SimpleWriter(str(path))
    for node_id, place in NODES.items():
        writer.add_node(Node(id=node_id, location=place, version=1, tags=GATE.get(node_id, {})))
    for way_id, (refs, tags) in WAYS.items():
        writer.add_way(Way(id=way_id, nodes=refs, version=1, tags=tags))
    writer.close()
    return str(path)


@pytest.mark.parametrize("name", ["t.osm.pbf", "t.osm", "t.osm.bz2"])
def test_ways_are_cut_where_they_meet_and_keep_their_tags(tmp_path, name):
    lines = read_osm(osm_file(tmp_path / name))
    schema.ROADS.check(lines)
    assert list(lines.index) == ["10-1", "10-2", "10-3", "11-1", "11-2", "12", "15", "17"]
    assert lines.name["10-1"] == "解放路"
    assert lines.highway["11-1"] == "steps"
    assert lines.access["15"] == "private"
    assert (lines.railway["12"], lines.bridge["12"]) == ("rail", "yes")
    assert lines.barrier["17"] == "fence"
    assert lines.crs.to_epsg() == 4548


def test_lines_meet_at_equal_coordinates_and_make_one_network(tmp_path):
    lines = read_osm(osm_file(tmp_path / "t.osm"))
    ends = [tuple(line.coords[i]) for line in lines.geometry[:5] for i in (0, -1)]
    assert ends.count(tuple(lines.geometry["10-1"].coords[-1])) == 4
    network, report = build_network(lines)
    assert report.components == 1
    assert len(network.barriers) >= 1
    assert len(read_table(str(tmp_path / "t.osm"), schema.ROADS).frame) == len(lines)


def test_a_gate_stands_on_the_shorter_piece_beside_it(tmp_path):
    lines = read_osm(osm_file(tmp_path / "t.osm"))
    assert lines.barrier.dropna().to_dict() == {"10-3": "gate", "17": "fence"}
    assert lines.access["10-3"] == "private"
    assert lines.opening_hours["10-3"] == "06:00-22:00"
    network, _ = build_network(lines)
    gates = (network.flags & EdgeFlag.GATE) > 0
    assert ((network.flags[gates] & EdgeFlag.CLOSED) > 0).tolist() == [True]


def test_the_walking_rules_are_those_of_osmnx():
    """OSMnx applies its filter on the server; the words of both must not drift apart."""
    rule = osmnx._overpass._get_network_filter("walk")  # noqa: SLF001  (no public name)
    words = re.search(r'\["highway"!~"([^"]*)"\]', rule.replace("\n", ""))
    assert words is not None
    assert words[1] == NOT_WALKED.pattern
    assert '["area"!~"yes"]' in rule
    for side in ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"):
        assert f'["{side}"!~"separate"]' in rule
        assert not is_walked({"highway": "residential", side: "separate"})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.osm.pbf", b"not a pbf at all" * 50),
        ("b.osm", b"<osm version='0.6'><node id='1'"),
        ("c.osm", b"<osm version='0.6'></osm>"),
        ("d.graphml", b"<graphml>"),
        ("e.graphml", b"<?xml version='1.0'?><html></html>"),
        ("f.osm.pbf", b""),
        ("g.osm", WAY_WITHOUT_NODES),
    ],
)
def test_hostile_osm_files_are_input_errors(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_osm(str(path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["t.osm.pbf", "t.osm"])
def test_a_file_cut_anywhere_is_refused_or_read_but_never_crashes(tmp_path, name):
    osm_file(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for size in range(0, len(whole), max(1, len(whole) // 25)):
        path = tmp_path / f"cut-{size}-{name}"
        path.write_bytes(whole[:size])
        try:
            assert len(read_osm(str(path)))
        except InputError as error:
            assert str(path) in str(error)  # noqa: PT017  (either outcome is right)


def test_damaged_bytes_are_refused_or_read_but_never_crash(tmp_path):
    osm_file(tmp_path / "t.osm.pbf")
    whole = np.frombuffer((tmp_path / "t.osm.pbf").read_bytes(), np.uint8)
    rng = np.random.default_rng(4)
    for draw in range(40):
        data = whole.copy()
        data[rng.integers(0, len(data), 3)] = rng.integers(0, 256, 3)
        path = tmp_path / f"{draw}.osm.pbf"
        path.write_bytes(data.tobytes())
        try:
            build_network(read_osm(str(path)))
        except InputError as error:
            assert error.problems[0].code  # noqa: PT017  (either outcome is right)


def test_nodes_that_come_after_the_ways_are_found(tmp_path):
    text = "<osm version='0.6'>" + "".join(
        f"<way id='{way}'>"
        + "".join(f"<nd ref='{ref}'/>" for ref in refs)
        + f"<tag k='highway' v='{tags['highway']}'/></way>"
        for way, (refs, tags) in WAYS.items()
        if way in (10, 11, 13)
    )
    text += "".join(f"<node id='{i}' lon='{x}' lat='{y}'/>" for i, (x, y) in NODES.items())
    (tmp_path / "late.osm").write_text(text + "</osm>")
    late = read_osm(str(tmp_path / "late.osm"))
    assert late.index.tolist() == ["10-1", "10-2", "11-1", "11-2"]
    assert shapely.get_num_coordinates(late.geometry.to_numpy()).tolist() == [2, 3, 2, 2]


def test_heights_of_nodes_and_hours_of_access_reach_the_network(tmp_path):
    writer = osmium.SimpleWriter(str(tmp_path / "hill.osm"))
    heights = {1: "20", 3: "50 m", 4: "abc", 5: "99999"}
    for node_id, place in NODES.items():
        tags = {"ele": heights[node_id]} if node_id in heights else {}
        writer.add_node(Node(id=node_id, location=place, version=1, tags=tags))
    hours = {"highway": "residential", "access:conditional": "no @ (22:00-06:00)"}
    writer.add_way(Way(id=10, nodes=[1, 2, 6, 3], version=1, tags=hours))
    writer.add_way(Way(id=11, nodes=[4, 2, 5], version=1, tags={"highway": "steps"}))
    writer.close()
    lines = read_osm(str(tmp_path / "hill.osm"))
    assert lines.geometry.has_z.tolist() == [True, True, False, False]
    network, report = build_network(lines)
    assert network.z_m[:5].round(6).tolist() == [20, 30, 30, 45, 50]
    assert 0 < report.heights_share < 1
    assert network.hours == ("no @ (22:00-06:00)",)
    assert network.hours_id.tolist() == [0, 0, -1, -1]


def graph() -> nx.MultiDiGraph:
    made = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    for node_id, (lon, lat) in NODES.items():
        made.add_node(node_id, x=lon, y=lat, street_count=3)
    bent = shapely.LineString([NODES[1], (116.8005, 38.3005), NODES[2]])
    made.add_edge(1, 2, osmid=10, highway="residential", name="解放路", geometry=bent, length=9.0)
    made.add_edge(2, 1, osmid=10, highway="residential", geometry=bent.reverse(), length=9.0)
    made.add_edge(2, 3, osmid=[10, 11], highway=["footway", "steps"], length=9.0)
    made.add_edge(3, 3, osmid=12, highway="path", length=0.0)
    return made


def test_a_saved_graph_gives_one_line_a_street_with_exact_ends(tmp_path):
    path = tmp_path / "g.graphml"
    osmnx.save_graphml(graph(), path)
    lines = read_osm(str(path))
    schema.ROADS.check(lines)
    assert sorted(lines.highway) == ["residential", "steps"]
    assert [len(line.coords) for line in lines.geometry] == [3, 2]
    ends = [tuple(line.coords[i]) for line in lines.geometry for i in (0, -1)]
    assert len(set(ends)) == 3


# --- download, replayed from a server on this machine -------------------------------------------

PLACE = [
    {
        "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "38.3", "lon": "116.8",
        "display_name": "小镇", "class": "boundary", "type": "administrative", "importance": 0.5,
        "boundingbox": ["38.29", "38.31", "116.79", "116.81"],
        "geojson": shapely.geometry.mapping(shapely.box(116.79, 38.29, 116.81, 38.31)),
    }
]  # fmt: skip


def overpass(query: str) -> dict[str, object]:
    streets = {10, 11} if "highway" in query else {12, 17}
    nodes = {n for w in streets for n in WAYS[w][0]}
    elements: list[dict[str, object]] = [
        {"type": "node", "id": n, "lon": NODES[n][0], "lat": NODES[n][1]} for n in sorted(nodes)
    ]
    elements += [
        {"type": "way", "id": way, "nodes": WAYS[way][0], "tags": WAYS[way][1]}
        for way in sorted(streets)
    ]
    return {"elements": elements}


class Replay(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(PLACE if "小镇" in unquote_plus(self.path) else [])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(overpass(unquote_plus(body)))

    def answer(self, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    replay = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    threading.Thread(target=replay.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{replay.server_port}"
    replay.shutdown()
    replay.server_close()


def test_a_place_is_downloaded_with_its_barriers_and_nothing_is_cached(
    tmp_path, monkeypatch, server
):
    monkeypatch.chdir(tmp_path)
    before = (osmnx.settings.use_cache, osmnx.settings.overpass_url)
    lines = read_place("小镇", overpass_url=server, nominatim_url=server)
    schema.ROADS.check(lines)
    assert sorted(lines.highway.dropna()) == ["residential", "residential", "steps", "steps"]
    assert lines.railway.dropna().tolist() == ["rail"]
    assert lines.barrier.dropna().tolist() == ["fence"]
    network, report = build_network(lines)
    assert report.components == 1
    assert np.isfinite(network.xy).all()
    assert list(tmp_path.iterdir()) == []
    assert (osmnx.settings.use_cache, osmnx.settings.overpass_url) == before


def test_an_unknown_place_and_a_dead_server_are_input_errors(server):
    with pytest.raises(InputError, match="PLACE_UNKNOWN"):
        read_place("nowhere", overpass_url=server, nominatim_url=server)
    with pytest.raises(InputError, match="PLACE_OFFLINE"):
        read_place("小镇", overpass_url=server, nominatim_url="http://127.0.0.1:9")
