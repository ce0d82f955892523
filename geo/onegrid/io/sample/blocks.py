"""Road blocks, and regions grown from them: how the synthetic borders come to follow roads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

NODE_GRID_M = 0.01
_ROUNDS = 80  # of the balancing; later rounds change nothing visible


def faces_of(lines: Shapes, *, keep: shapely.Geometry | None = None) -> Shapes:
    """Return the faces that lines enclose, noded on a 1 cm grid, west to east.

    ``keep`` limits the answer to faces whose inside lies in it. Together the faces are a valid
    coverage: neighbours share every node.
    """
    noded = shapely.get_parts(shapely.union_all(lines, grid_size=NODE_GRID_M))
    faces = shapely.get_parts(shapely.polygonize(noded))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    if keep is not None:
        shapely.prepare(keep)
        chosen = shapely.contains_xy(keep, inside[:, 0], inside[:, 1])
        faces, inside = faces[chosen], inside[chosen]
    return np.asarray(faces[np.lexsort((inside[:, 1], inside[:, 0]))])


def neighbours(faces: Shapes) -> tuple[Ints, Floats]:
    """Return pairs of faces (m, 2) that share border, lower index first, and its metres (m,).

    Segments are matched by equal ends, so the faces must be a valid coverage.
    """
    rings, ring_face = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    face = ring_face[ring[:-1][same]]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    key = np.hstack([np.where(flip[:, None], end, start), np.where(flip[:, None], start, end)])
    order = np.lexsort(key.T)
    key, face = key[order], face[order]
    twin = np.flatnonzero((key[1:] == key[:-1]).all(axis=1))
    pair = np.sort(np.column_stack([face[twin], face[twin + 1]]), axis=1)
    length = np.hypot(*(key[twin, 2:] - key[twin, :2]).T)
    pairs, back = np.unique(pair, axis=0, return_inverse=True)
    shared = np.bincount(back.ravel(), weights=length, minlength=len(pairs))
    apart = pairs[:, 0] != pairs[:, 1]
    return pairs[apart], shared[apart]


def width_m(faces: Shapes) -> Floats:
    """Return the mean width of faces: four areas over the perimeter (the side of a square)."""
    return np.asarray(4 * shapely.area(faces) / shapely.length(faces))


def absorb_thin(faces: Shapes, *, below_m: float) -> Shapes:
    """Return faces with those narrower than ``below_m`` joined to the longest shared border.

    Medians of dual carriageways and islands of junctions disappear this way; a thin face without
    a neighbour stays.
    """
    while True:
        pairs, shared = neighbours(faces)
        thin = width_m(faces) < below_m
        both = np.vstack([pairs, pairs[:, ::-1]])
        length = np.tile(shared, 2)
        mine = thin[both[:, 0]]
        both, length = both[mine], length[mine]
        if not len(both):
            return faces
        best = np.lexsort((both[:, 1], -length, both[:, 0]))
        giver, first = np.unique(both[best, 0], return_index=True)
        graph = csr_array(
            (np.ones(len(giver)), (giver, both[best, 1][first])), shape=(len(faces),) * 2
        )
        faces = union_by(faces, connected_components(graph, directed=False)[1])


def union_by(faces: Shapes, labels: Ints) -> Shapes:
    """Return one shape per label 0, 1, …: the union of its faces (of a valid coverage)."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(labels.max() + 2))
    joined = [shapely.coverage_union_all(faces[order[a:b]]) for a, b in zip(*_ends(bounds))]
    parts = np.array(joined, dtype=object)
    single = shapely.get_num_geometries(parts) == 1
    parts[single] = shapely.get_geometry(parts[single], 0)
    return np.asarray(shapely.normalize(parts))


def _ends(bounds: Ints) -> tuple[Ints, Ints]:
    return bounds[:-1], bounds[1:]


def cross_cut(faces: Shapes, through: Floats, along: Floats) -> Shapes:
    """Return a line through each face at ``through`` (n, 2) in direction ``along`` (n, 2).

    It overshoots the face by 3 cm, so that noding it with the borders cuts the face in two.
    """
    reach = shapely.length(faces)[:, None]
    unit = along / np.hypot(*along.T)[:, None]
    line = shapely.linestrings(np.stack([through - unit * reach, through + unit * reach], axis=1))
    inside = shapely.intersection(line, shapely.buffer(faces, 3 * NODE_GRID_M))
    parts, owner = shapely.get_parts(inside, return_index=True)
    near = shapely.distance(parts, shapely.points(through)[owner])
    order = np.lexsort((near, owner))
    _, first = np.unique(owner[order], return_index=True)
    return np.asarray(parts[order[first]])


def halving_lines(faces: Shapes, *, above_m2: float) -> Shapes:
    """Return the cuts that halve faces across their long side until none is above an area."""
    cuts: list[Shapes] = []
    rest = faces[shapely.area(faces) > above_m2]
    while len(rest):
        boxes = shapely.oriented_envelope(rest)
        corners = shapely.get_coordinates(boxes).reshape(-1, 5, 2)
        sides = np.diff(corners[:, :3], axis=1)
        longer = np.hypot(sides[..., 0], sides[..., 1]).argmax(axis=1)
        across = sides[np.arange(len(rest)), 1 - longer]
        middle = shapely.get_coordinates(shapely.centroid(boxes))
        line = cross_cut(rest, middle, across)
        cuts.append(line)
        halves = shapely.get_parts(
            shapely.polygonize(
                shapely.get_parts(
                    shapely.union_all(
                        np.concatenate([shapely.boundary(rest), line]), grid_size=NODE_GRID_M
                    )
                )
            )
        )
        shrunk = shapely.area(halves) < shapely.area(rest).max()  # an odd shape may not halve
        rest = halves[(shapely.area(halves) > above_m2) & shrunk]
        if len(cuts) > 12:  # noqa: PLR2004  (2**12 pieces of one face: it does not halve)
            break
    return np.concatenate(cuts) if cuts else np.array([], dtype=object)


def grow_regions(
    faces: Shapes,
    weight: Floats,
    count: int,
    rng: np.random.Generator,
    *,
    seeds: Floats | None = None,
    targets: Floats | None = None,
) -> Ints:
    """Return a region 0 … count−1 for each face: compact, in one piece, of like weight.

    A power diagram of the face centres whose weights are moved until the loads meet ``targets``
    (equal by default), then pieces cut off are given to a neighbour. ``seeds`` (count, 2) holds
    the centres in place; without it they start on random faces and follow their regions.
    """
    count = min(count, len(faces))
    load = weight + 1e-6 * weight.sum() / len(faces) + 1e-9
    goal = (np.ones(count) if targets is None else targets) + 1e-9
    goal = goal * load.sum() / goal.sum()
    xy = shapely.get_coordinates(shapely.centroid(faces))
    centres = _spread(xy, load, count, rng) if seeds is None else seeds
    labels = _power_diagram(xy, load, goal, centres, move=seeds is None)
    pairs, shared = neighbours(faces)
    for _ in range(3):
        labels = in_one_piece(labels, pairs, shared, count)
        labels = _fill_empty(labels, load, pairs, count)
        labels = _even_out(labels, load, goal, pairs)
    return labels


def _spread(xy: Floats, load: Floats, count: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.choice(len(xy), p=load / load.sum()))]
    away = ((xy - xy[chosen[0]]) ** 2).sum(axis=1)
    for _ in range(count - 1):  # k-means++: each next centre far from those before
        score = away * load
        chosen.append(int(rng.choice(len(xy), p=score / score.sum())))
        away = np.minimum(away, ((xy - xy[chosen[-1]]) ** 2).sum(axis=1))
    return xy[chosen]


def _power_diagram(xy: Floats, load: Floats, goal: Floats, centres: Floats, *, move: bool) -> Ints:
    count = len(centres)
    extent = (np.ptp(xy, axis=0) ** 2).sum() / count
    bonus, best, best_miss = np.zeros(count), np.zeros(len(xy), dtype=np.int64), np.inf
    for step in range(_ROUNDS):
        away = ((xy[:, None] - centres[None]) ** 2).sum(axis=2)
        labels = (away - bonus).argmin(axis=1)
        sums = np.bincount(labels, weights=load, minlength=count)
        miss = float((((sums - goal) / goal) ** 2).sum())
        if miss < best_miss:
            best, best_miss = labels, miss
        bonus += 0.25 * extent * (1 - step / _ROUNDS) * np.clip((goal - sums) / goal, -0.5, 0.5)
        if move:
            mean = [
                np.bincount(labels, weights=load * xy[:, axis], minlength=count) for axis in (0, 1)
            ]
            moved = np.column_stack(mean) / np.maximum(sums, 1e-12)[:, None]
            centres = np.where((sums > 0)[:, None], moved, centres)
    return best


def in_one_piece(labels: Ints, pairs: Ints, shared: Floats, count: int) -> Ints:
    """Return labels with every part cut off from its region given to the longest neighbour."""
    labels = labels.copy()
    for _ in range(len(labels)):
        same = labels[pairs[:, 0]] == labels[pairs[:, 1]]
        piece = _components(pairs[same], len(labels))
        size = np.bincount(piece)
        piece_label = np.zeros(len(size), dtype=np.int64)
        piece_label[piece] = labels
        order = np.lexsort((np.arange(len(size)), -size, piece_label))
        main = order[np.unique(piece_label[order], return_index=True)[1]]
        loose = ~np.isin(piece, main)
        both = np.vstack([pairs[~same], pairs[~same][:, ::-1]])
        length = np.tile(shared[~same], 2)
        use = loose[both[:, 0]]
        if not use.any():
            return labels
        give = np.zeros((len(size), count))
        np.add.at(give, (piece[both[use, 0]], labels[both[use, 1]]), length[use])
        taker = give.argmax(axis=1)
        first = int(piece[np.flatnonzero(loose)[0]])  # one at a time: takers may be loose too
        if not give[first].any():
            return labels
        labels[piece == first] = taker[first]
    return labels


def _components(pairs: Ints, count: int) -> Ints:
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _around(pairs: Ints, count: int) -> list[list[int]]:
    lists: list[list[int]] = [[] for _ in range(count)]
    for a, b in pairs.tolist():
        lists[a].append(b)
        lists[b].append(a)
    return lists


def stays_whole(face: int, labels: Ints, around: list[list[int]]) -> bool:
    """Return whether the region of ``face`` has other faces and is in one piece without it."""
    mine = labels[face]
    ends = [n for n in around[face] if labels[n] == mine]
    if not ends:
        return False
    seen, todo = {face, ends[0]}, [ends[0]]
    missing = set(ends[1:])
    while todo and missing:
        for n in around[todo.pop()]:
            if n not in seen and labels[n] == mine:
                seen.add(n)
                missing.discard(n)
                todo.append(n)
    return not missing


def _fill_empty(labels: Ints, load: Floats, pairs: Ints, count: int) -> Ints:
    labels = labels.copy()
    around = _around(pairs, len(labels))
    for empty in np.setdiff1d(np.arange(count), labels):
        sums = np.bincount(labels, weights=load, minlength=count)
        for region in np.argsort(-sums, kind="stable"):
            members = np.flatnonzero(labels == region)
            giver = next((f for f in members if stays_whole(int(f), labels, around)), None)
            if giver is not None:
                labels[giver] = empty
                break
    return labels


def _even_out(labels: Ints, load: Floats, goal: Floats, pairs: Ints) -> Ints:
    """Move border faces from heavy to light neighbours while that lowers the squared misses."""
    labels = labels.copy()
    around = _around(pairs, len(labels))
    sums = np.bincount(labels, weights=load, minlength=len(goal))
    for _ in range(4):
        moved = False
        border = np.unique(pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]])
        for face in border.tolist():
            own, size = int(labels[face]), load[face]
            takers = {int(labels[n]) for n in around[face]} - {own}
            gains = {t: _gain(sums, goal, own, t, size) for t in sorted(takers)}
            taker = max(gains, key=lambda t: gains[t], default=own)
            if gains.get(taker, 0) > 0 and stays_whole(face, labels, around):
                labels[face] = taker
                sums[own] -= size
                sums[taker] += size
                moved = True
        if not moved:
            break
    return labels


def _gain(sums: Floats, goal: Floats, own: int, taker: int, size: float) -> float:
    before = ((sums[own] - goal[own]) / goal[own]) ** 2
    before += ((sums[taker] - goal[taker]) / goal[taker]) ** 2
    after = ((sums[own] - size - goal[own]) / goal[own]) ** 2
    after += ((sums[taker] + size - goal[taker]) / goal[taker]) ** 2
    return float(before - after - 0.02)  # a small price on moving keeps regions compact


def shares(total: int, weights: Floats, *, least: int = 0) -> Ints:
    """Return whole numbers in proportion to ``weights`` that sum to ``total`` (largest remainder).

    Examples
    --------
    >>> shares(10, np.array([1.0, 1.0, 2.0])).tolist()
    [3, 2, 5]
    """
    free = total - least * len(weights)
    exact = weights * (free / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: free - whole.sum()]] += 1
    return np.asarray(whole + least)


def largest_component(pairs: Ints, count: int) -> NDArray[np.bool_]:
    """Return which of ``count`` faces are in the largest set connected by ``pairs``."""
    part = _components(pairs, count)
    return np.asarray(part == np.bincount(part).argmax())


def parent_of(child: Ints, parent: Ints) -> Ints:
    """Return the parent label of each child label 0, 1, …, both given by face."""
    return np.asarray(parent[np.unique(child, return_index=True)[1]])
