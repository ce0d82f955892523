"""How the previous grid speaks while the ground that may move is assigned anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from onegrid.grids.assign import Assignment, assign
from onegrid.grids.costs import border_costs, graph_of
from onegrid.grids.faces import compact
from onegrid.grids.kept import joined, undivided
from onegrid.layers.borders import neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms
    from onegrid.grids.kept import Kept, Tiles
    from onegrid.grids.options import AssignOptions

PREVIOUS: Final = "previous"  # the department name under which the old grid speaks
_WORTH_M: Final = 1e-6


def divide_anew(
    kept: Kept,
    *,
    options: AssignOptions,
    divide: Callable[[gpd.GeoDataFrame], Atoms],
    names: Iterable[str],
    communities: Sequence[str] | None = None,
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
    communities
        Ids of the nested communities by row, for ``options.targets``: cells of the open ground.

    Returns
    -------
    tiles, cell
        For `onegrid.grids.cells.build_grid`: all atoms of the grid and the cell of each.
    assignment
        Of the open ground alone; communities in which nothing is open are not in it.
    """
    if not len(kept.ground):
        return *undivided(kept), Assignment(np.empty(0, dtype=np.int64), ())
    atoms = settle(divide(kept.ground), kept)
    chosen = stay_options(options, names)
    found = assign(atoms, options=chosen, communities=communities)
    found = prefer_previous(atoms, found, chosen)
    return *joined(kept, atoms, found.cell, atoms.labels[PREVIOUS]), found


def settle(atoms: Atoms, kept: Kept) -> Atoms:
    """Return atoms of the open ground with their communities, and the previous grid as a label.

    ``atoms`` were made with ``kept.ground`` in place of communities.
    """
    row = atoms.community
    label = kept.ground["previous"].to_numpy()[row]
    borders = atoms.borders
    was_one = (
        (borders.left >= 0) & (borders.right >= 0) & (label[borders.left] != label[borders.right])
    )
    return replace(
        atoms,
        drawn_share=np.where(was_one, 1.0, atoms.drawn_share),
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

    Compared per community, by the cost `assign` minimises; a community on new ground, with a target
    or where a previous cell is no longer one part takes what was found.
    """
    label = atoms.labels[PREVIOUS]
    parts = _parts(atoms, label)
    borders = border_costs(atoms, options)
    cell = found.cell.copy()
    first_free = int(max(cell.max(initial=-1), 0)) + 1
    targeted = {solved.community for solved in found.solved if solved.wanted is not None}
    for community in np.unique(atoms.community):  # tens of communities
        if int(community) in targeted:
            continue
        mine = np.flatnonzero(atoms.community == community)
        whole = len(np.unique(parts[mine])) == len(np.unique(label[mine]))
        if (label[mine] < 0).any() or not whole:
            continue
        graph = graph_of(atoms, mine, borders, options)
        stay, move = (graph.objective(compact(x[mine])) for x in (label, found.cell))
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
