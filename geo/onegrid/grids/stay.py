"""How the previous grid speaks while the ground that may move is assigned anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from onegrid.grids.assign import Assignment, AssignOptions, assign, border_costs
from onegrid.grids.columns import out_of_band
from onegrid.grids.faces import compact, neighbours
from onegrid.grids.keep import Tiles, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms
    from onegrid.grids.keep import Kept

PREVIOUS: Final = "previous"  # the department name under which the old grid speaks
_WORTH_M: Final = 1e-6


def divide_anew(
    kept: Kept,
    *,
    options: AssignOptions,
    divide: Callable[[gpd.GeoDataFrame], Atoms],
    names: Iterable[str],
) -> tuple[Tiles, NDArray[np.int64], Assignment]:
    """Assign the open ground anew and put it beside what stays.

    Parameters
    ----------
    kept
        What stays and what is open.
    options
        What a good grid is; ``names`` are the departments whose weights count.
    divide
        Cuts ground into atoms: `onegrid.grids.atoms.make_atoms` with `kept.ground` in place of
        the communities. Not called where nothing is open.

    Returns
    -------
    tiles, cell
        For `onegrid.grids.cells.build_grid`: all atoms of the grid and the cell of each.
    assignment
        Of the open ground alone; communities in which nothing is open are not in it.
    """
    if not len(kept.ground):
        stays = (kept.reason == "").to_numpy()[kept.cell]
        tiles = Tiles(kept.tiles.polygons[stays], kept.tiles.community[stays])
        return tiles, compact(kept.cell[stays]), Assignment(np.empty(0, dtype=np.int64), ())
    atoms = settle(divide(kept.ground), kept)
    chosen = stay_options(options, names)
    found = prefer_previous(atoms, assign(atoms, options=chosen), chosen)
    return *joined(kept, atoms, found.cell, atoms.labels[PREVIOUS]), found


def settle(atoms: Atoms, kept: Kept) -> Atoms:
    """Return atoms of the open ground with their communities, and the previous grid as a label.

    ``atoms`` were made with ``kept.ground`` in place of communities.
    """
    row = atoms.community
    label = kept.ground["previous"].to_numpy()[row]
    return replace(
        atoms,
        community=kept.ground["community"].to_numpy()[row],
        labels={**atoms.labels, PREVIOUS: label},
    )


def stay_options(options: AssignOptions, names: Iterable[str]) -> AssignOptions:
    """Return options by which the previous grid counts as much as all departments together.

    Without a base department, households that leave their previous cell are the ones that count.
    """
    total = sum(options.weights.get(name, 1.0) for name in names)
    weights = {**options.weights, PREVIOUS: max(total, 1.0)}
    return replace(options, weights=weights, base=options.base or PREVIOUS)


def prefer_previous(atoms: Atoms, found: Assignment, options: AssignOptions) -> Assignment:
    """Return the assignment with previous cells where the new ones are no better.

    Compared per community, by the cost `assign` minimises; a community on new ground, or where a
    previous cell is no longer one part, takes what was found.
    """
    label = atoms.labels[PREVIOUS]
    parts = _parts(atoms, label)
    cell = found.cell.copy()
    first_free = int(max(cell.max(initial=-1), 0)) + 1
    for community in np.unique(atoms.community):  # tens of communities
        mine = atoms.community == community
        whole = len(np.unique(parts[mine])) == len(np.unique(label[mine]))
        if (label[mine] < 0).any() or not whole:
            continue
        stay = _cost(atoms, np.where(mine, label, -1), options)
        move = _cost(atoms, np.where(mine, found.cell, -1), options)
        if stay <= move + _WORTH_M:
            cell[mine] = label[mine] + first_free
    return replace(found, cell=compact(cell))


def _parts(atoms: Atoms, label: NDArray[np.int64]) -> NDArray[np.int64]:
    pairs = neighbours(atoms.borders).pairs
    key = np.unique(np.stack([label, atoms.community]), axis=1, return_inverse=True)[1].ravel()
    pairs = pairs[key[pairs[:, 0]] == key[pairs[:, 1]]]
    n = len(label)
    links = sp.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    part: NDArray[np.int64] = connected_components(links, directed=False)[1]
    return part


def _cost(atoms: Atoms, cell: NDArray[np.int64], options: AssignOptions) -> float:
    """Return what cells cost, of the atoms whose cell is not -1."""
    pairs, cost = border_costs(atoms, options)
    a, b = cell[pairs.T]
    border_m = float(cost[(a >= 0) & (b >= 0) & (a != b)].sum())
    mine = cell >= 0
    homes = atoms.households[mine].astype(float)
    numbers = np.unique(cell[mine], return_inverse=True)[1]
    total = np.bincount(numbers, homes).astype(np.float64)
    base = atoms.labels[options.base or PREVIOUS][mine]
    shared = pd.Series(homes).groupby([numbers, base]).sum()
    strays = float(homes.sum()) - float(shared.groupby(level=0).max().sum())
    band = float(out_of_band(total, options.size).sum())
    return border_m + band * options.household_m + strays * options.base_household_m
