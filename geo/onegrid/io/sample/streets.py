"""An invented street network: an irregular lattice with main roads, bends and missing links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_TURN_RAD = np.radians(-11)
_MISSING_SHARE = 0.2  # of minor links: blocks of two or three lattice faces
_PRIMARY_EVERY, _SECONDARY_EVERY = 8, 4


@dataclass(frozen=True)
class Streets:
    """Street pieces between junctions and their OSM class; pieces meet at equal ends."""

    lines: Shapes
    highway: NDArray[np.object_]


@dataclass(frozen=True)
class WaveField:
    """A smooth random displacement of the plane: a sum of plane waves, metres in, metres out."""

    waves: Floats
    phases: Floats
    amplitudes: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, *, rms_m: float, wave_m: float) -> WaveField:
        """Return a field of the given root mean square and typical wave length."""
        count = 14
        direction = rng.uniform(0, 2 * np.pi, count)
        length = wave_m * rng.uniform(0.6, 1.8, count)
        waves = (
            2 * np.pi / length[:, None] * np.column_stack([np.cos(direction), np.sin(direction)])
        )
        amplitudes = rng.normal(0, rms_m / np.sqrt(count), (count, 2))
        return cls(waves, rng.uniform(0, 2 * np.pi, count), amplitudes)

    def at(self, xy: Floats, *, shift: Floats | float = 0.0) -> Floats:
        """Return the displacement (n, 2) at ``xy`` (n, 2); ``shift`` adds to every phase."""
        phase = xy @ self.waves.T + self.phases + shift
        return np.asarray(np.sqrt(2) * np.cos(phase) @ self.amplitudes)


def draw_streets(area_m2: float, blocks: int, rng: np.random.Generator, centre: Floats) -> Streets:
    """Return streets around ``centre`` (2,) that enclose about ``blocks`` blocks in all."""
    step = float(np.sqrt(area_m2 / blocks * 0.8))
    outline = _blob(area_m2, rng)
    half = int(np.ceil(np.abs(shapely.bounds(outline)).max() / step * 1.15)) + 2
    count = 2 * half + 1
    axes = [_uneven(count, step, rng) for _ in range(2)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    ranks = [_ranks(count, rng) for _ in range(2)]
    minor = (ranks[0][:, None] == 0) & (ranks[1][None] == 0)
    nodes += rng.normal(0, 0.1 * step, nodes.shape) * minor[..., None]
    flat = nodes.reshape(-1, 2)
    flat = flat + WaveField.draw(rng, rms_m=0.7 * step, wave_m=14 * step).at(flat)
    ends, rank = _links(count, ranks, rng)
    inside = shapely.contains_xy(outline, flat[:, 0], flat[:, 1])
    keep = inside[ends].all(axis=1)
    ends, rank = ends[keep], rank[keep]
    turn = np.array(
        [[np.cos(_TURN_RAD), np.sin(_TURN_RAD)], [-np.sin(_TURN_RAD), np.cos(_TURN_RAD)]]
    )
    lines = _bent(flat @ turn + centre, ends, rank, rng)
    names = np.array(["residential", "secondary", "primary"], dtype=object)
    return Streets(lines, names[rank])


def _blob(area_m2: float, rng: np.random.Generator) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = np.ones_like(angle)
    for wave in (2, 3, 4, 5):
        radius += rng.uniform(0.03, 0.2 / wave) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    blob = shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))
    scale = np.sqrt(area_m2 / blob.area)
    grown: shapely.Polygon = shapely.transform(blob, lambda xy: xy * scale)
    return grown


def _uneven(count: int, step: float, rng: np.random.Generator) -> Floats:
    gaps = rng.uniform(0.7, 1.35, count)
    places = np.cumsum(gaps * step / gaps.mean())
    return np.asarray(places - places[count // 2])


def _ranks(count: int, rng: np.random.Generator) -> Ints:
    """Return 2 for the lines of the lattice that are main roads, 1 for secondary, 0 else."""
    rank = np.zeros(count, dtype=np.int64)
    rank[int(rng.integers(_SECONDARY_EVERY)) :: _SECONDARY_EVERY] = 1
    rank[int(rng.integers(_PRIMARY_EVERY)) :: _PRIMARY_EVERY] = 2
    return rank


def _links(count: int, ranks: list[Ints], rng: np.random.Generator) -> tuple[Ints, Ints]:
    node = np.arange(count * count).reshape(count, count)
    along_x = np.column_stack([node[:-1].ravel(), node[1:].ravel()])
    along_y = np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()])
    rank_x = np.broadcast_to(ranks[1], (count - 1, count)).ravel()
    rank_y = np.broadcast_to(ranks[0][:, None], (count, count - 1)).ravel()
    ends, rank = np.vstack([along_x, along_y]), np.concatenate([rank_x, rank_y])
    keep = (rank > 0) | (rng.random(len(rank)) > _MISSING_SHARE)
    return ends[keep], rank[keep]


def _bent(nodes: Floats, ends: Ints, rank: Ints, rng: np.random.Generator) -> Shapes:
    """Return each link as a line of five points that bows to one side; main roads bow less."""
    start, end = nodes[ends[:, 0]], nodes[ends[:, 1]]
    across = (end - start)[:, ::-1] * np.array([-1, 1])
    bow = rng.normal(0, 0.06, len(ends)) * np.where(rank > 0, 0.3, 1.0)
    ripple = rng.normal(0, 0.012, (len(ends), 3))
    share = np.array([0.25, 0.5, 0.75])
    offset = bow[:, None] * 4 * share * (1 - share) + ripple
    inner = start[:, None] + share[None, :, None] * (end - start)[:, None]
    inner = inner + offset[..., None] * across[:, None]
    points = np.concatenate([start[:, None], inner, end[:, None]], axis=1)
    return np.asarray(shapely.linestrings(np.round(points, 2)))
