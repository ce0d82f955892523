"""What an attacker with linear programming learns from all public files of a folder together.

The files are written as the commands write them (xlsx, docx, html, map, report.json), read back as
anybody would, and every figure in them becomes an equation about who lives in which cell.
"""

from __future__ import annotations

import io
import json
import re
from itertools import product

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from docx import Document
from scipy.optimize import linprog

from onegrid.coverage.effects import CELL_COLUMNS
from onegrid.coverage.elders import measure_elders
from onegrid.coverage.fixes import cheapest_fixes
from onegrid.coverage.gaps import CoverageOptions, measure_coverage
from onegrid.coverage.report import report
from onegrid.coverage.tables import facility_table
from onegrid.io.files import write_csv, write_json, write_layers, write_text
from onegrid.pipeline.mapping import draw_map
from onegrid.pipeline.reporting import write_report
from onegrid.pipeline.scenario_text import scenario_text
from onegrid.reports import ReportOptions
from onegrid.siting.public import public_groups, public_scenarios
from onegrid.siting.scenarios import side_by_side
from onegrid.standards import ELDER_KINDS, Norm, profile, profiles
from onegrid.standards.signs import kind_label

pytestmark = pytest.mark.slow

K = 10
CLOSE = 1e-6
KIND = "day_care_station"
PACES = ("plain", "elder_75")
# of the elders and of the others in a cell: who reaches at both paces, at the fast one, at none
STEPS = ("both", "fast", "none")
SCENARIOS = ("现状", "走得快")
SIDE_M = 300.0
LEVELS = {"网格": "cell", "社区": "community", "街道": "subdistrict", "全区": "district"}
COLUMNS = {
    "居民": ("people", False),
    "60岁以上": ("elders", False),
    "走得到的居民": ("people", True),
    "走得到的60岁以上": ("elders", True),
}


def town(seed):
    """Cells of four communities in two subdistricts with three doors each; often few elders."""
    rng = np.random.default_rng(seed)
    rows = [(i, j, f"c{i:02d}{j:02d}") for i, j in product(range(4), range(3))]
    cells = gpd.GeoDataFrame(
        {
            "code": [f"1101010010{k:05d}" for k in range(len(rows))],
            "name": [f"第{k}网格" for k in range(len(rows))],
            "community_id": [f"m{i}" for i, _, _ in rows],
            "subdistrict_id": [f"s{i // 2}" for i, _, _ in rows],
            "workers_needed": 1,
            "base_code": "",
            "locked": False,
            "area_m2": SIDE_M**2,
        },
        index=pd.Index([name for *_, name in rows], name="cell_id"),
        geometry=[
            shapely.box(i * SIDE_M, j * SIDE_M, (i + 1) * SIDE_M, (j + 1) * SIDE_M)
            for i, j, _ in rows
        ],
        crs=4548,
    )
    doors = [
        (f"{name}-{n}", i * SIDE_M + 60 * (n + 1), j * SIDE_M + 150)
        for (i, j, name), n in product(rows, range(3))
    ]
    others = rng.choice([0, 2, 7, 30, 180], len(doors))
    elders = rng.choice([0, 0, 3, 8, 12, 40], len(doors))
    people = gpd.GeoDataFrame(
        {
            "households": (others + elders + 2) // 3,
            "people": others + elders,
            "elders_60": elders,
            "elders_80": elders // 3,
            "elders_alone": elders // 4,
        },
        index=pd.Index([d for d, _, _ in doors], name="id"),
        geometry=[shapely.Point(x, y) for _, x, y in doors],
        crs=4548,
    )
    home = pd.Series([d.split("-")[0] for d in people.index], people.index)
    for column in ("households", "people", "elders_60"):
        cells[column] = people.groupby(home)[column].sum().reindex(cells.index).to_numpy()
    return cells, people, home


def measured(seed):
    """A coverage for each pace: doors beyond a random walk of the only station are not covered."""
    cells, people, home = town(seed)
    rng = np.random.default_rng(seed + 100)
    walk_m = rng.choice([300.0, 800.0, 1500.0], len(people))
    facilities = gpd.GeoDataFrame(
        {
            "kind": KIND,
            "name": "示例站",
            "floor_area_m2": 120.0,
            "capacity_people": 150.0,
            "opening_hours": None,
            "phone": None,
            "address": "",
        },
        index=pd.Index(["f1"], name="facility_id"),
        geometry=[shapely.Point(450, 450)],
        crs=4548,
    )
    norms = [Norm("own", KIND, 15, "community", 200.0, confidence="remembered")]
    found = {}
    for pace in PACES:
        seconds = walk_m / profiles()[pace].speed_m_s
        doors = pd.DataFrame(
            {"id": people.index, "kind": KIND, "facility_id": "f1", "walk_s": seconds}
        )
        near = doors[seconds <= 900].rename(columns={"id": "door_id"})
        options = CoverageOptions(profile=profile(pace), pairs={KIND: near})
        found[pace] = measure_coverage(doors, people, facilities, cells, norms, options=options)
    return cells, people, home, facilities, found


def write_folder(seed, folder):
    """Write the result folder; return the cells and, for each, the truth (2, 3)."""
    cells, people, home, facilities, found = measured(seed)
    folder.mkdir()
    communities = cells.dissolve("community_id")[["subdistrict_id", "geometry"]].assign(
        name=lambda f: f.index + "社区", subdistrict_name=lambda f: f["subdistrict_id"] + "街道"
    )
    layers = {"cells": cells.reset_index(), "communities": communities.reset_index()}
    write_layers(folder / "grid.gpkg", layers)
    write_layers(folder / "facilities.gpkg", {"facilities": facilities.reset_index()})
    gaps = pd.concat([one.gaps for one in found.values()], ignore_index=True)
    write_csv(folder / "gaps.csv", gaps, private=True)
    slow = found["elder_75"]
    fixes = cheapest_fixes(slow)
    write_csv(folder / "fixes.csv", cheapest_fixes(found["plain"]).table, private=True)
    write_csv(folder / "elder_fixes.csv", fixes.table.assign(profile="elder_75"), private=True)
    assert list(fixes.cells.columns) == list(CELL_COLUMNS)
    write_csv(folder / "fix_cells.csv", fixes.cells, private=True)
    checks = pd.concat([facility_table(one.measured, pace) for pace, one in found.items()])
    write_csv(folder / "facility_checks.csv", checks, private=True)
    walks = slow.doors.assign(walk_s=slow.measured.walks.walk_s[0])
    walks = pd.concat([walks.assign(kind=kind) for kind in ELDER_KINDS])
    elders = measure_elders(walks, people, facilities, cells)
    write_csv(folder / "elders.csv", elders, private=True)
    compared = side_by_side({SCENARIOS[0]: slow.gaps, SCENARIOS[1]: found["plain"].gaps})
    write_csv(folder / "scenarios.csv", compared, private=True)
    names = dict(zip(communities.index, communities["name"], strict=True))
    public = public_scenarios(compared, cells)
    text = scenario_text(
        public,
        public_groups(groups(people, found), public),
        communities=names,
        unverified={},
    )
    write_text(folder / "scenarios.md", text)
    write_layers(folder / "sites.gpkg", {"sites": sites(cells, people, home, found["plain"])})
    told = {pace: report(one, cells, beside=found.values()) for pace, one in found.items()}
    write_json(folder / "report.json", {**told["plain"], "profiles": told})
    within = {pace: one.measured.walks.within[0] for pace, one in found.items()}
    step = np.select([within["elder_75"], within["plain"]], [0, 1], 2)
    old = people["elders_60"].to_numpy()
    parts = np.array([old, people["people"].to_numpy() - old])
    truth = np.zeros((len(cells), 2, 3))
    for n, cell in enumerate(home):
        truth[cells.index.get_loc(cell), :, step[n]] += parts[:, n]
    return cells, truth


def groups(people, found):
    """Elders in two scenarios: today at the slow pace, and everybody at the fast one."""
    covered = [
        int(people["elders_60"][found[pace].measured.walks.within[0]].sum())
        for pace in (PACES[1], PACES[0])
    ]
    row = {"level": "district", "id": "d", "kind": KIND, "group": "elders_60"}
    row["total"] = int(people["elders_60"].sum())
    return pd.DataFrame(
        [
            row | {"scenario": name, "covered": count, "change": count - covered[0]}
            for name, count in zip(SCENARIOS, covered, strict=True)
        ]
    )


def sites(cells, people, home, coverage):
    """A new site in the middle of each community, which gains all who reach no station there."""
    left = people[~coverage.measured.walks.within[0]]
    of = home[left.index].map(cells["community_id"])
    gained = left.groupby(of)[["people", "elders_60"]].sum()
    middles = cells.dissolve("community_id").geometry.representative_point()
    table = gained.add_suffix("_gained").reindex(middles.index).fillna(0).astype(int)
    return gpd.GeoDataFrame(
        table.assign(order=range(1, len(table) + 1), profile="plain", minutes=15.0, why="理由"),
        geometry=middles.to_numpy(),
        crs=cells.crs,
    ).rename_axis("candidate_id")


class Figures:
    """Equations about the unknown people of each cell, from whatever file they come."""

    def __init__(self, cells):
        self.cells = cells
        self.rows, self.values = [], []
        self.bounds, self.highest = [], []
        self.units = {
            "cell": {str(i): cells.index == i for i in cells.index},
            "community": {i: cells["community_id"] == i for i in set(cells["community_id"])},
            "subdistrict": {i: cells["subdistrict_id"] == i for i in set(cells["subdistrict_id"])},
            "district": {"": np.ones(len(cells), dtype=bool)},
        }
        code = {"cell": dict(zip(cells["name"], cells.index, strict=True))}
        code["community"] = {f"{i}社区": i for i in self.units["community"]}
        code["subdistrict"] = {f"{i}街道": i for i in self.units["subdistrict"]}
        self.codes = {**code, "district": {"全区": ""}}

    def add(self, level, name, column, value, pace=None):
        """Add one figure; text that is no number tells nothing."""
        number = pd.to_numeric(str(value).replace(",", ""), errors="coerce")
        row = self.row(level, name, column, pace)
        if row is not None and not pd.isna(number):
            self.rows.append(row)
            self.values.append(float(number))

    def add_round(self, level, name, column, value, pace):
        """Add a figure that was rounded to tens."""
        number = pd.to_numeric(str(value).replace(",", ""), errors="coerce")
        row = self.row(level, name, column, pace)
        if row is not None and not pd.isna(number):
            self.bounds += [row, -row]
            self.highest += [float(number) + 4, 5 - float(number)]

    def add_step(self, level, name, value, *, more, less):
        """Add a figure in tens: who is counted in one way (column and pace), and not in another."""
        number = pd.to_numeric(str(value).replace(",", ""), errors="coerce")
        rows = [self.row(level, name, *way) for way in (more, less)]
        if rows[0] is not None and not pd.isna(number):
            self.bounds += [rows[0] - rows[1], rows[1] - rows[0]]
            self.highest += [float(number) + 4, 5 - float(number)]

    def row(self, level, name, column, pace):
        """Return whom of the unknown people a column of a unit counts."""
        unit = self.codes.get(level, {}).get(name, name)
        if unit not in self.units.get(level, {}):
            return None
        who, reached = COLUMNS[column]
        row = np.zeros((len(self.cells), 2, 3))
        steps = slice(None) if not reached else slice(0, 1 if pace == PACES[1] else 2)
        row[np.asarray(self.units[level][unit]), 0 if who == "elders" else slice(None), steps] = 1
        return row.ravel()

    def leaks(self, truth):
        """Return the few people whose number follows exactly from the equations."""
        known = {"A_eq": np.array(self.rows), "b_eq": np.array(self.values), "bounds": (0, None)}
        if self.bounds:
            known |= {"A_ub": np.array(self.bounds), "b_ub": np.array(self.highest)}
        found, points = [], []
        for cell, target in product(range(len(self.cells)), _targets()):
            unknown = np.zeros_like(truth)
            unknown[cell] = target
            true = (truth * unknown).sum()
            if 0 < true < K and _pinned(known, unknown.ravel(), true, points):
                found.append((cell, true))
        return found


def _pinned(known, target, true, points):
    """Tell whether one whole number only is possible; what else people could be is tried first."""
    if any(abs(target @ point - true) > 1 - CLOSE for point in points):
        return False
    for sign in (1, -1):
        end = linprog(sign * target, **known, method="highs")
        assert end.status in {0, 3}, "the figures contradict each other"
        if end.status == 3:
            return False
        points.append(end.x)
        if sign * true - end.fun > 1 - CLOSE:
            return False
    return True


def _targets():
    """Every count of a cell that a table tells: all or elders; all, reached or not, at a pace."""
    whom = (slice(None), slice(0, 1))
    for who, steps in product(
        whom, (slice(None), slice(0, 1), slice(0, 2), slice(1, 3), slice(2, 3))
    ):
        target = np.zeros((2, 3))
        target[who, steps] = 1
        yield target


def paces():
    return {profiles()[pace].label_zh: pace for pace in PACES}


def read_table(figures, head, rows, *, pace=None):
    """Take the figures of one table, whatever program shows it."""
    at = {label: i for i, label in enumerate(head)}
    names = next((at[n] for n in ("名称", "网格", "社区") if n in at), None)
    level_of = {"社区": "community", "网格": "cell"}
    for row in rows:
        level = LEVELS.get(row[at["层级"]]) if "层级" in at else None
        name = row[names] if names is not None else "全区"
        if level is None:
            level = level_of.get(head[names], "district") if names is not None else "district"
        walker = paces().get(row[at["步行方式"]]) if "步行方式" in at else pace
        for label in COLUMNS:
            if label in at:
                figures.add(level, name, label, row[at[label]], walker)
        if "60岁以上·15分钟内" in at and pace:
            figures.add(level, name, "走得到的60岁以上", row[at["60岁以上·15分钟内"]], pace)


def read_workbook(figures, path):
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[1:]:
        rows = list(sheet.iter_rows(min_row=3, values_only=True))
        care = sheet.title.startswith("养老-")
        mine = sheet.title == f"养老-{kind_label(KIND).split('(')[0]}"
        if care and not mine:  # other kinds have no facility: nobody is in reach
            rows = [rows[0], *()]
        read_table(figures, rows[0], rows[1:], pace=PACES[1] if mine else None)
        if "办法" in rows[0] and "网格" not in rows[0]:
            pace = PACES[1] if "步行方式" in rows[0] or sheet.title.startswith("养老") else PACES[0]
            read_fixes(figures, rows[0], rows[1:], pace)


def read_fixes(figures, head, rows, pace):
    """A community without a station of its own: everybody there who reaches one gains."""
    at = {label: i for i, label in enumerate(head)}
    for row in rows:
        name, _, level = str(row[at["地点"]]).partition("（")
        if row[at["办法"]] == "新建" and level == "社区）":
            for label, column in (("受益居民", "居民"), ("受益60岁以上", "60岁以上")):
                value = row[at[label]]
                figures.add_round("community", name, f"走得到的{column}", value, pace)


def read_sites(figures, path):
    """Each gains whoever is not reached at the fast pace in its community."""
    book = openpyxl.load_workbook(path)
    head, *rows = list(book["选址"].iter_rows(min_row=3, values_only=True))
    at = {label: i for i, label in enumerate(head)}
    for row in rows:
        name = str(row[at["地点"]]).split("，")[0]
        for label, column in (("受益居民", "居民"), ("受益60岁以上", "60岁以上")):
            ways = {"more": (column, None), "less": (f"走得到的{column}", PACES[0])}
            figures.add_step("community", name, row[at[label]], **ways)


def read_scenarios(figures, path):
    """Take the page of scenarios: today, and how many more reach a station at the fast pace."""
    for line in path.read_text(encoding="utf-8").splitlines():
        words = [word.strip() for word in line.strip("| ").split("|")]
        if words[0] == SCENARIOS[0] and len(words) == 6:
            figures.add("district", "全区", "走得到的居民", words[1], PACES[1])
            figures.add("district", "全区", "走得到的60岁以上", words[4], PACES[1])
        if words[0] == SCENARIOS[1]:
            name = words[1] if len(words) == 4 else "全区"
            level = "community" if len(words) == 4 else "district"
            told = words[2:4] if len(words) == 4 else (words[2], words[5])
            for column, value in zip(("走得到的居民", "走得到的60岁以上"), told, strict=True):
                ways = {"more": (column, PACES[0]), "less": (column, PACES[1])}
                figures.add_step(level, name, value, **ways)


def read_document(figures, path):
    opened = Document(str(path))
    for table in opened.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        read_table(figures, rows[0], rows[1:])


def read_page(figures, path):
    for frame in pd.read_html(io.StringIO(path.read_text(encoding="utf-8"))):
        read_table(figures, list(frame.columns), frame.astype(str).to_numpy().tolist())


def read_map(figures, path):
    text = path.read_text(encoding="utf-8")
    data = json.loads(re.search(r"<script>Onegrid.data = (.*);</script>", text)[1])
    cells = data["cells"]["collection"]
    at, words = cells["columns"].index("tip") + 2, cells["words"]
    for row in cells["rows"]:
        tip = [words[v] if isinstance(v, int) else v for v in row[at]]
        told = dict(zip(cells["labels"]["tip"], tip, strict=True))
        figures.add("cell", told["网格"], "60岁以上", told["60岁以上"])


def read_json(figures, path):
    told = json.loads(path.read_text(encoding="utf-8"))
    labels = {"people": "居民", "people_covered": "走得到的居民"}
    labels |= {"elders_60": "60岁以上", "elders_60_covered": "走得到的60岁以上"}
    for pace, about in told["profiles"].items():
        for field, label in labels.items():
            value = about["kinds"][KIND][field]
            figures.add("district", "全区", label, "" if value is None else value, pace)


def attacked(folder, cells, *, office):
    """Write every public file, read them all, and return the equations."""
    options = ReportOptions(office=office, cells=tuple(cells.index))
    for suffix in ("xlsx", "docx", "html"):
        write_report(folder, folder / f"r.{suffix}", options=options)
    draw_map(folder, folder / "m.html", office=office)
    figures = Figures(cells)
    read_workbook(figures, folder / "r.xlsx")
    read_document(figures, folder / "r.docx")
    read_page(figures, folder / "r.html")
    read_map(figures, folder / "m.html")
    read_json(figures, folder / "report.json")
    read_scenarios(figures, folder / "scenarios.md")
    read_sites(figures, folder / "r.xlsx")
    return figures


@pytest.mark.parametrize("seed", range(6))
def test_no_few_people_follow_from_all_public_files_together(tmp_path, seed):
    cells, truth = write_folder(seed, tmp_path / "out")
    figures = attacked(tmp_path / "out", cells, office=False)
    assert len(figures.rows) > 50
    assert len(figures.bounds) > 12  # the scenarios and the sites were read
    assert figures.leaks(truth) == []


def test_the_attack_finds_everything_in_the_files_of_the_office(tmp_path):
    cells, truth = write_folder(0, tmp_path / "out")
    assert len(attacked(tmp_path / "out", cells, office=True).leaks(truth)) > 20
