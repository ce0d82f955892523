"""Small invented districts, as dirty as files come: one for each seed, in memory."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.affinity import translate

from onegrid.pipeline.merge import MergeTables

CRS = "EPSG:4547"
WEST_M, SOUTH_M, BLOCK_M = 500_000.0, 3_380_000.0, 110.0
BOW_TIE = shapely.Polygon([(0, 0), (60, 60), (60, 0), (0, 60)])
NAMES = ("politics_law", "emergency", "urban_management", "ecology")


def dirty_district(seed):
    """Return the tables of a district of 1 to 4 communities of a few blocks each."""
    rng = np.random.default_rng(seed)
    columns, rows = rng.integers(2, 5, 2)
    nodes = _nodes(rng, 2 * columns, 2 * rows)
    towns = _towns(rng, nodes, columns, rows)
    whole = shapely.union_all(shapely.make_valid(towns.geometry.to_numpy()))
    count = int(rng.integers(1, 5))
    departments = {name: _department(rng, whole, name) for name in NAMES[:count]}
    roads = _roads(rng, nodes) if rng.random() < 0.85 else None
    return MergeTables(towns, _homes(rng, whole), departments, roads, {}, {})


def _nodes(rng, columns, rows):
    """Return the places where streets cross, (columns + 1) × (rows + 1) × 2."""
    x, y = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij")
    places = np.stack([WEST_M + x * BLOCK_M, SOUTH_M + y * BLOCK_M], axis=-1)
    return places + rng.uniform(-18, 18, places.shape)


def _quarter(nodes, i, j, step):
    """Return the ground of step × step blocks."""
    low, left = nodes[i : i + step + 1, j], nodes[i + step, j : j + step + 1]
    top, right = nodes[i : i + step + 1, j + step][::-1], nodes[i, j : j + step + 1][::-1]
    return shapely.Polygon(np.vstack([low, left[1:], top[1:], right[1:]]))


def _towns(rng, nodes, columns, rows):
    """Return communities: halves or quarters, with holes, enclaves, islands, gaps, overlaps."""
    cells = [_quarter(nodes, 2 * i, 2 * j, 2) for i in range(columns) for j in range(rows)]
    owner = rng.integers(0, rng.integers(1, 5), len(cells))
    shapes = [
        shapely.union_all([c for c, o in zip(cells, owner, strict=True) if o == k])
        for k in np.unique(owner)
    ]
    if rng.random() < 0.3:  # an enclave in the first one
        middle = shapes[0].representative_point().buffer(rng.uniform(12, 45))
        inner = shapely.intersection(middle, shapes[0])
        shapes[0] = shapely.difference(shapes[0], inner)
        shapes.append(inner)
    if rng.random() < 0.2:  # a lake nobody is in
        lake = shapes[0].representative_point().buffer(25)
        shapes[0] = shapely.difference(shapes[0], lake)
    if rng.random() < 0.4:  # drawn by hand: gaps and overlaps of metres
        shapes = [translate(s, *rng.uniform(-2, 2, 2)) for s in shapes]
    ids = [f"4201030010{k + 1:02d}" for k in range(len(shapes))]
    table = {
        "name": [f"社区{k}" for k in range(len(shapes))],
        "subdistrict_id": [f"42010300{1 + k % 2}" for k in range(len(shapes))],
        "subdistrict_name": [f"街道{k % 2}" for k in range(len(shapes))],
    }
    frame = gpd.GeoDataFrame(table, index=ids, geometry=shapes, crs=CRS)
    return frame.rename_axis("community_id")


def _department(rng, whole, name):
    """Return a department's grid: Voronoi cells of random places, then spoilt."""
    west, south, east, north = whole.bounds
    places = rng.uniform((west, south), (east, north), (int(rng.integers(1, 12)), 2))
    parts = [whole]
    if len(places) > 1:
        around = shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=whole)
        parts = shapely.get_parts(shapely.intersection(shapely.get_parts(around), whole)).tolist()
    parts = [p for p in parts if p.geom_type in ("Polygon", "MultiPolygon") and p.area > 1]
    shift = rng.uniform(-12, 12, 2)
    parts = [translate(p, *shift) for p in parts]
    codes = [f"{name[:2].upper()}{k:03d}" for k in range(len(parts))]
    for spoil in (_bow_tie, _twice, _same_code, _no_code, _missing, _crumb, _one_part):
        if rng.random() < 0.25:
            parts, codes = spoil(parts, codes)
    frame = gpd.GeoDataFrame({"code": codes}, geometry=parts, crs=CRS)
    frame["code"] = frame["code"].astype(object)
    frame.index = [str(k) for k in range(len(parts))]
    return frame.rename_axis("feature_id")


def _bow_tie(parts, codes):
    at = parts[0].representative_point()
    return [*parts, translate(BOW_TIE, at.x, at.y)], [*codes, "BOW"]


def _twice(parts, codes):
    k = len(parts) // 2
    return [*parts, parts[k]], [*codes, codes[k]]


def _same_code(parts, codes):
    return parts, [codes[0] if k == len(codes) - 1 else c for k, c in enumerate(codes)]


def _no_code(parts, codes):
    return parts, [None, *codes[1:]]


def _missing(parts, codes):
    return parts[: max(1, len(parts) // 2)], codes[: max(1, len(parts) // 2)]


def _crumb(parts, codes):
    at = parts[-1].representative_point()
    return [*parts, at.buffer(0.4)], [*codes, "CRUMB"]


def _one_part(parts, codes):
    if len(parts) < 2:
        return parts, codes
    both = shapely.MultiPolygon(shapely.get_parts([parts[0], parts[-1]]).tolist())
    return [both, *parts[1:-1]], codes[:-1]


def _roads(rng, nodes):
    """Return streets along the blocks, some missing or metres off, a river, a rail, a wall."""
    lines = [
        shapely.LineString(nodes[i : i + 2, j])
        for i in range(len(nodes) - 1)
        for j in range(nodes.shape[1])
    ] + [
        shapely.LineString(nodes[i, j : j + 2])
        for i in range(len(nodes))
        for j in range(nodes.shape[1] - 1)
    ]
    kept = [translate(x, *rng.normal(0, 1.5, 2)) for x in lines if rng.random() < 0.9]
    kinds = [("residential", "", "", "")] * len(kept)
    (west, south), (east, north) = (
        nodes.reshape(-1, 2).min(axis=0),
        nodes.reshape(-1, 2).max(axis=0),
    )
    for kind in (
        ("", "rail", "", ""),
        ("", "", "river", ""),
        ("", "", "", "wall"),
        ("trunk", "", "", ""),
    ):
        if rng.random() < 0.4:
            x, y = rng.uniform((west, south), (east, north), (2, 2)).T
            far = shapely.LineString([(west - 50, y[0]), (x[0], y[1]), (east + 50, y[1])])
            kept.append(far)
            kinds.append(kind)
    table = dict(
        zip(("highway", "railway", "waterway", "barrier"), zip(*kinds, strict=True), strict=True)
    )
    return gpd.GeoDataFrame(
        table, index=[f"r{k}" for k in range(len(kept))], geometry=kept, crs=CRS
    )


def _homes(rng, whole):
    """Return up to 150 buildings, some empty, some outside, some in one place."""
    west, south, east, north = whole.bounds
    count = int(rng.choice([1, 10, 60, 150]))
    xy = rng.uniform((west - 20, south - 20), (east + 20, north + 20), (count, 2)).round(3)
    xy[: count // 8] = xy[0]
    households = rng.integers(0, 40, count) * rng.integers(0, 2, count)
    if rng.random() < 0.1:
        households[:] = 0
    return gpd.GeoDataFrame(
        {"households": households, "people": households * 3, "elders_60": households // 4},
        index=[f"h{k}" for k in range(count)],
        geometry=shapely.points(xy),
        crs=CRS,
    )
