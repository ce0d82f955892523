"""What residents of the demo look for: invented compounds, and whom to call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from onegrid import schema
from onegrid.io.files import read_table, write_csv, write_layers
from onegrid.pipeline.plan_tables import CONTACTS_FILE, GRID_FILE, PLACES_FILE

if TYPE_CHECKING:
    from pathlib import Path

_PHONE: Final = "000-0000-0000"  # nobody's


def invent_for_residents(out: Path) -> None:
    """Write beside a merged grid a compound in each cell, a worker of each, and committees."""
    cells = read_table(f"{out / GRID_FILE}#cells", schema.CELLS).frame.sort_index()
    towns = read_table(f"{out / GRID_FILE}#communities", schema.COMMUNITIES).frame.sort_index()
    home = cells["community_id"]
    town, office = home.map(towns["name"]), home.map(towns["subdistrict_name"])
    number = (cells.groupby(home).cumcount() + 1).astype(str)
    names = town.str.removesuffix("社区") + "小区" + number + "号院（示意）"
    places = cells[["geometry"]].assign(name=names, address=office + town)
    middles = places.geometry.representative_point()
    write_layers(out / PLACES_FILE, {"places": places.set_geometry(middles)})
    workers = pd.DataFrame({"name": "网格员（示意）", "phone": _PHONE}, index=cells.index)
    committees = pd.DataFrame({"name": towns["name"] + "居委会（示意）", "phone": _PHONE})
    write_csv(out / CONTACTS_FILE, pd.concat([workers, committees]).rename_axis("id"))
