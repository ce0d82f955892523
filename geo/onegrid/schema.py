"""The tables that stages hand to each other, declared once and checked at every door.

A table is a frame indexed by its id (text), in a metric CRS where it has geometry. ``aliases`` are
the Chinese and English column names that import understands without being told.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.crs import is_metric
from onegrid.errors import Problem, SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

POLYGONS: Final = ("Polygon", "MultiPolygon")
LINES: Final = ("LineString", "MultiLineString")
_SHOWN = 5  # ids named in one problem


@dataclass(frozen=True)
class Column:
    """A column: what it means (with unit), its kind and what import does when it is missing.

    ``kind`` is "text", "count" (whole number, 0 or more), "amount" (float, 0 or more, may be
    empty) or "flag". A ``required`` column must be there; any other is filled on import: counts
    with 0 (reported), the rest left empty.
    """

    kind: str
    meaning: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A table contract: role, columns, geometry types, and the name of its id.

    ``layers`` are the layer names that play this role in a file of several layers. Where
    ``id_required`` is false, import numbers the rows. Where ``misplaced_skipped``, a few rows that
    cannot be where they say count as rows without a place; elsewhere nobody may be lost.
    """

    role: str
    id: str
    columns: dict[str, Column]
    geometry: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    id_aliases: tuple[str, ...] = ()
    id_required: bool = True
    points_from_polygons: bool = False
    misplaced_skipped: bool = False
    _numpy_kinds: dict[str, str] = field(
        default_factory=lambda: {"text": "OU", "count": "iu", "amount": "f", "flag": "b"},
        repr=False,
    )

    def check(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return `frame` unchanged, or raise one error naming every problem.

        Raises
        ------
        SchemaError
            With one problem per fault: missing column, wrong kind, repeated id, negative count,
            wrong geometry type, invalid geometry, or a CRS that is not metric.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from shapely import Point
        >>> people = gpd.GeoDataFrame(
        ...     {"households": [1], "people": [3], "elders_60": [1], "elders_80": [0],
        ...      "elders_alone": [0]}, index=["b1"], geometry=[Point(0, 0)], crs=4548)
        >>> PEOPLE.check(people).people.sum()
        np.int64(3)
        """
        problems = [*self._columns(frame), *self._geometry(frame)]
        if problems:
            raise SchemaError(*problems)
        return frame

    def _columns(self, frame: pd.DataFrame) -> list[Problem]:
        found = []
        for name, column in self.columns.items():
            if name not in frame:
                found.append(self._problem("missing", f"{name} missing ({column.meaning})"))
                continue
            values = frame[name]
            if column.kind == "text":
                is_text = pd.api.types.is_object_dtype(values) or isinstance(
                    values.dtype, pd.StringDtype
                )
                if not is_text:
                    found.append(self._problem("dtype", f"{name} is {values.dtype}, not text"))
            elif values.dtype.kind not in self._numpy_kinds[column.kind]:
                found.append(self._problem("dtype", f"{name} is {values.dtype}"))
            elif column.kind in ("count", "amount") and (values < 0).any():
                where = _ids(frame.index[values < 0])
                found.append(self._problem("negative", f"{name} is negative", where))
        if not frame.index.is_unique:
            where = _ids(frame.index[frame.index.duplicated()].unique())
            found.append(self._problem("unique", f"{self.id} is repeated", where))
        return found

    def _geometry(self, frame: gpd.GeoDataFrame) -> list[Problem]:
        if not self.geometry:
            return []
        if not is_metric(frame.crs):
            return [self._problem("crs", "geometry is not in a metric CRS")]
        kinds = frame.geom_type.to_numpy()
        wrong = ~np.isin(kinds, self.geometry) | ~shapely.is_valid(frame.geometry.array)
        if wrong.any():
            what = f"geometry is not a valid {' or '.join(self.geometry)}"
            return [self._problem("geometry", what, _ids(frame.index[wrong]))]
        return []

    def _problem(self, rule: str, what: str, where: str = "") -> Problem:
        return Problem(f"SCHEMA_{rule.upper()}", what, self.role, where)


def _ids(index: pd.Index) -> str:
    shown = ", ".join(str(i) for i in index[:_SHOWN])
    more = len(index) - _SHOWN
    return f"at {shown}" + (f" and {more} more" if more > 0 else "")


_LON = ("lon", "lng", "longitude", "x", "经度")
_LAT = ("lat", "latitude", "y", "纬度")
LON_LAT_ALIASES: Final = (_LON, _LAT)

_NAME = ("name", "NAME", "名称")
_PEOPLE_COLUMNS = {
    "households": Column("count", "resident households", ("户数", "总户数", "hushu", "hh")),
    "people": Column("count", "residents", ("人口", "人口数", "常住人口", "总人口", "population")),
    "elders_60": Column(
        "count",
        "residents aged 60 or more",
        ("老年人口", "60岁以上", "60岁以上人口", "老人数", "elders"),
    ),
    "elders_80": Column("count", "residents aged 80 or more", ("80岁以上", "高龄老人")),
    "elders_alone": Column("count", "elders living alone", ("独居老人", "独居")),
}

COMMUNITIES: Final = Table(
    "communities",
    "community_id",
    {
        "name": Column("text", "name of the community", (*_NAME, "社区名称", "社区", "community")),
        "subdistrict_id": Column(
            "text",
            "id of its subdistrict",
            ("街道编码", "街道代码", "streetCode", "subdistrict"),
            required=True,
        ),
        "subdistrict_name": Column(
            "text", "name of its subdistrict", ("街道名称", "街道", "所属街道")
        ),
    },
    POLYGONS,
    ("communities", "community", "社区"),
    ("社区编码", "社区代码", "code", "编码", "id"),
)
DEPARTMENT: Final = Table(
    "department",
    "feature_id",
    {
        "code": Column(
            "text", "code of the cell", ("网格编码", "网格代码", "编码", "grid_code", "CODE")
        ),
        "name": Column("text", "name of the cell", (*_NAME, "网格名称", "grid_name")),
        "lead": Column("text", "lead of the cell", ("网格长", "负责人")),
        "workers": Column("text", "workers of the cell", ("网格员", "grid_worker")),
    },
    POLYGONS,
    ("grid", "grids", "网格"),
    ("fid", "OBJECTID"),
    id_required=False,
)
PEOPLE: Final = Table(
    "people",
    "id",
    _PEOPLE_COLUMNS,
    ("Point",),
    ("people", "households", "buildings", "doors", "人口", "楼栋", "户"),
    ("door_id", "building_id", "household_id", "编号", "楼栋编号", "编码", "code", "ID", "fid"),
    points_from_polygons=True,
)
_GROUP_COLUMNS = {
    "elders_80_alone": Column(
        "amount", "residents aged 80 or more living alone", ("高龄独居老人", "高龄独居")
    ),
    "children": Column("amount", "residents under 18", ("儿童", "未成年人", "18岁以下")),
    "children_in_need": Column("amount", "children in need", ("困境儿童",)),
    "disabled": Column("amount", "disabled residents", ("残疾人", "残疾人数")),
    "disabled_severe": Column(
        "amount", "disabled residents living alone or severely", ("独居或重度残疾人", "重度残疾人")
    ),
}
RESIDENTS: Final = replace(PEOPLE, columns={**_PEOPLE_COLUMNS, **_GROUP_COLUMNS})
TOTALS: Final = replace(
    RESIDENTS,
    geometry=POLYGONS,
    layers=("cells", "communities", "totals", "people", "网格", "社区", "人口"),
    id_aliases=("cell_id", "community_id", "网格编码", "社区编码", *PEOPLE.id_aliases),
    points_from_polygons=False,
)
BUILDINGS: Final = Table(
    "buildings",
    "id",
    {
        "floor_area_m2": Column(
            "amount", "floor area", ("建筑面积", "总建筑面积", "floor_area", "gfa")
        ),
        "floors": Column(
            "amount", "storeys", ("层数", "楼层", "楼层数", "building:levels", "levels")
        ),
    },
    ("Point", *POLYGONS),
    ("buildings", "楼栋", "建筑"),
    ("building_id", "楼栋编号", "编号", "编码", "code", "ID", "fid", "osm_id"),
)
FACILITIES: Final = Table(
    "facilities",
    "facility_id",
    {
        "kind": Column(
            "text",
            "facility kind, one of the kinds table",
            ("类别", "类型", "设施类别", "设施类型", "type", "category"),
            required=True,
        ),
        "name": Column("text", "name of the facility", (*_NAME, "设施名称")),
        "floor_area_m2": Column("amount", "floor area", ("建筑面积", "面积", "floor_area")),
        "capacity_people": Column(
            "amount", "people it can serve", ("服务人数", "容量", "capacity")
        ),
        "opening_hours": Column("text", "opening hours", ("开放时间", "营业时间")),
        "phone": Column("text", "telephone", ("电话", "联系电话", "tel")),
        "address": Column("text", "address", ("地址", "addr")),
    },
    ("Point",),
    ("facilities", "facility", "设施"),
    ("设施编码", "设施编号", "编号", "编码", "code", "id", "ID", "fid"),
    points_from_polygons=True,
    misplaced_skipped=True,
)
ELDER_FACILITIES: Final = replace(
    FACILITIES,
    columns={
        **FACILITIES.columns,
        "services": Column("text", "services it offers", ("服务项目", "服务内容", "提供服务")),
        "beds": Column("amount", "beds for elders", ("床位", "床位数", "养老床位")),
    },
)
PLACES: Final = Table(
    "places",
    "id",
    {},
    ("Point",),
    ("places", "points", "origins", "facilities", "people", "doors"),
    (
        "facility_id",
        "door_id",
        "building_id",
        "candidate_id",
        "编号",
        "编码",
        "设施编码",
        "code",
        "ID",
        "fid",
    ),
    points_from_polygons=True,
    misplaced_skipped=True,
)
CANDIDATES: Final = Table(
    "candidates",
    "candidate_id",
    {
        "cost": Column("amount", "what building there costs, in any one unit", ("造价", "费用")),
        "floor_area_m2": Column("amount", "floor area", ("建筑面积", "面积", "floor_area")),
    },
    ("Point",),
    ("candidates", "candidate", "备选点", "地块"),
    ("备选点编号", "地块编号", "编号", "编码", "code", "id", "ID", "fid"),
    id_required=False,
    points_from_polygons=True,
)
ROADS: Final = Table(
    "roads",
    "road_id",
    {
        "name": Column("text", "name of the street", (*_NAME, "道路名称", "路名")),
        "highway": Column("text", "OSM class", ("fclass", "道路等级", "等级", "class")),
        "railway": Column("text", "OSM railway class: a barrier"),
        "waterway": Column("text", "OSM waterway class: a barrier"),
        "barrier": Column("text", "OSM barrier class: a barrier"),
        "footway": Column("text", "OSM footway class, `crossing` marks a crossing"),
        "foot": Column("text", "OSM access for pedestrians"),
        "access": Column("text", "OSM access"),
        "tunnel": Column("text", "OSM tunnel"),
        "bridge": Column("text", "OSM bridge"),
        "layer": Column("text", "OSM layer: negative is underground"),
        "opening_hours": Column("text", "when a gate is open"),
        "access_conditional": Column("text", "OSM hours of access", ("access:conditional",)),
        "foot_conditional": Column("text", "OSM hours for pedestrians", ("foot:conditional",)),
    },
    LINES,
    ("roads", "edges", "lines", "streets", "道路"),
    ("osm_id", "osmid", "fid", "OBJECTID", "id"),
    id_required=False,
)
CELLS: Final = Table(
    "cells",
    "cell_id",
    {
        "code": Column("text", "code of the cell"),
        "name": Column("text", "name of the cell"),
        "community_id": Column("text", "its community", required=True),
        "subdistrict_id": Column("text", "its subdistrict"),
        "households": Column("count", "resident households"),
        "people": Column("count", "residents"),
        "elders_60": Column("count", "residents aged 60 or more"),
        "area_m2": Column("amount", "planar area"),
        "base_code": Column("text", "old code of the base department with most households"),
        "workers_needed": Column("count", "grid workers needed"),
        "locked": Column("flag", "edits and merges leave it as it is"),
    },
    ("Polygon",),
    ("cells", "网格"),
    ("网格编码", "code"),
)
ATOMS: Final = Table(
    "atoms",
    "atom_id",
    {
        "cell_id": Column("text", "the cell it belongs to"),
        "households": Column("count", "resident households"),
    },
    ("Polygon",),
    ("atoms",),
)
DEDICATED: Final = Table(
    "dedicated",
    "dedicated_id",
    {
        "kind": Column(
            "text", "market, school, industrial park, hospital …", ("类别", "类型", "type")
        ),
        "name": Column("text", "name of the cell", (*_NAME, "网格名称")),
    },
    POLYGONS,
    ("dedicated", "专属网格"),
    ("fid", "OBJECTID", "编码", "code"),
    id_required=False,
)
CONFLICTS: Final = Table(
    "conflicts",
    "conflict_id",
    {
        "kind": Column("text", "what the departments disagree about"),
        "departments": Column("text", "departments, separated by ;"),
        "area_m2": Column("amount", "area of the strip"),
        "width_m": Column("amount", "mean width of the strip"),
        "households": Column("count", "households inside"),
        "status": Column("text", "open, accepted, taken or redrawn"),
    },
    POLYGONS,
    ("conflicts",),
)
ROLES: Final = {
    table.role: table
    for table in (
        *(COMMUNITIES, DEPARTMENT, DEDICATED, CELLS),
        *(PEOPLE, FACILITIES, CANDIDATES, PLACES, ROADS),
    )
}
