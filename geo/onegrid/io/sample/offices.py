"""The departments' layers as tables: codes, names, and the faults that real files have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from onegrid.io.sample import blocks, city, departments, regions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

LABELS_ZH = {
    "politics_law": "综治网格",
    "emergency": "应急网格",
    "urban_management": "城管网格",
    "ecology": "环保网格",
}
_PREFIX = {"politics_law": "ZZ", "emergency": "YJ", "urban_management": "CG", "ecology": "HB"}
_CHINESE = {"code": "网格编码", "name": "网格名称", "lead": "网格长", "workers": "网格员"}
_UNIT_AREA_M2 = 15_000  # halved above this: pieces of about 100 m by 100 m
_UNIT_HABITS = departments.Habits(drift_m=1.0, hand_m=0.3, noise_m=0.1)
_BOW_TIES = 3


def department_frames(
    faces: Shapes,
    nested: city.Nested,
    habits: dict[str, departments.Habits],
    rng: np.random.Generator,
    *,
    crs: str,
) -> dict[str, gpd.GeoDataFrame]:
    """Return each department's layer: ``code, name, lead, workers, subdistrict`` (a number)."""
    cut = city.cut_blocks(faces, nested, habits, rng)
    community = nested.community[cut.origin]
    subdistrict = nested.subdistrict[cut.origin]
    frames = {}
    for name, habit in habits.items():
        labels = departments.vary(cut.faces, cut.cell[name], community, habit, rng)
        labels = city.in_order(cut.faces, labels, subdistrict)
        parent = regions.parent_of(labels, subdistrict)
        shapes = departments.draw(blocks.union_by(cut.faces, labels), habit, rng)
        number = np.arange(1, len(shapes) + 1)
        frames[name] = gpd.GeoDataFrame(
            {
                "code": [f"{_PREFIX.get(name, 'WG')}{n:04d}" for n in number],
                "name": [f"{LABELS_ZH.get(name, '网格')}{n}号" for n in number],
                "lead": [f"示意网格长{n}" for n in number],
                "workers": [f"示意网格员{n}" for n in number],
                "subdistrict": parent,
            },
            geometry=shapes,
            crs=crs,
        )
    return frames


def with_faults(
    frames: dict[str, gpd.GeoDataFrame], last_subdistrict: int, rng: np.random.Generator
) -> dict[str, gpd.GeoDataFrame]:
    """Return layers with the faults of real files; the arguments stay as they are.

    ``politics_law`` gets two rows with one code, ``emergency`` bow-ties, ``urban_management`` a
    row twice, and ``ecology`` lacks the last subdistrict (where there are several).
    """
    made = {name: frame.copy() for name, frame in frames.items()}
    politics, emergency = made["politics_law"], made["emergency"]
    if len(politics) > 1:
        one, other = rng.choice(len(politics), 2, replace=False)
        politics.loc[one, "code"] = politics.loc[other, "code"]
    shapes = emergency.geometry.to_numpy().copy()
    for row in rng.permutation(len(shapes))[: min(_BOW_TIES, len(shapes) // 4)].tolist():
        shapes[row] = departments.bow_tie(shapes[row])
    made["emergency"] = emergency.set_geometry(
        gpd.GeoSeries(shapes, index=emergency.index, crs=emergency.crs)
    )
    urban = made["urban_management"]
    again = urban.iloc[[int(rng.integers(len(urban)))]]
    made["urban_management"] = pd.concat([urban, again], ignore_index=True)
    if last_subdistrict > 0:
        ecology = made["ecology"]
        made["ecology"] = ecology[ecology["subdistrict"] != last_subdistrict]
    return made


def unit_frame(faces: Shapes, rng: np.random.Generator, *, crs: str) -> gpd.GeoDataFrame:
    """Return unit grids (万米单元网格): the blocks halved down to pieces about 100 m wide."""
    lines = blocks.halving_lines(faces, above_m2=_UNIT_AREA_M2)
    pieces, _ = city.subdivide(faces, lines)
    pieces = departments.draw(pieces, _UNIT_HABITS, rng)
    codes = [f"DY{n:05d}" for n in range(1, len(pieces) + 1)]
    return gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=pieces, crs=crs)


def in_chinese(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a department's layer with Chinese column names."""
    return frame.rename(columns=_CHINESE)
