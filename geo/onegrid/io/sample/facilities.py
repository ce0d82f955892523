"""Invented facilities of every kind, spread unevenly so that real gaps of each cause appear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from onegrid.standards.elder_care import elder_services

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

INVENTED = "(示意)"
_BETWEEN = "、"
_DAY, _OFFICE, _LONG = "Mo-Su 08:00-18:00", "Mo-Fr 08:30-17:30", "Mo-Su 07:00-22:00"
_CAPACITY_SHARE = (0.5, 4.0)  # of the residents there are for each facility of the kind
_OFFSET_M = 4.0  # a facility is a few metres from the house it is in


@dataclass(frozen=True)
class Plan:
    """How facilities of one kind are spread.

    ``per`` is the unit that should have one (community, subdistrict), or how many residents one
    serves; ``chance`` is the share of those that do. Floor areas are drawn between the bounds; low
    bounds lie under the norms on purpose.
    """

    suffix: str
    per: str | int
    chance: float
    floor_m2: tuple[float, float]
    hours: str


PLANS: dict[str, Plan] = {
    "community_service_station": Plan("社区综合服务站", "community", 0.95, (430, 1500), _OFFICE),
    "elder_care_center": Plan("居家养老服务中心", "subdistrict", 0.87, (600, 2200), "24/7"),
    "day_care_station": Plan("日间照料站", "community", 0.72, (130, 460), _DAY),
    "elder_canteen": Plan("老年食堂", "community", 0.5, (60, 260), "Mo-Su 10:30-13:00,16:30-18:30"),
    "clinic": Plan("社区卫生服务中心", "subdistrict", 0.93, (1500, 4600), "24/7"),
    "health_station": Plan("社区卫生服务站", "community", 0.45, (100, 280), _DAY),
    "pharmacy": Plan("药房", 3200, 1.0, (50, 220), "Mo-Su 08:00-21:30"),
    "market": Plan("菜市场", 13000, 1.0, (600, 3200), "Mo-Su 06:00-19:00"),
    "supermarket": Plan("综合超市", 9000, 1.0, (400, 4500), _LONG),
    "convenience_store": Plan("便利店", 2200, 1.0, (30, 140), "24/7"),
    "kindergarten": Plan("幼儿园", "community", 0.7, (2200, 6500), _OFFICE),
    "nursery": Plan("托育点", "community", 0.3, (200, 700), _OFFICE),
    "primary_school": Plan("小学", 16000, 1.0, (6000, 16000), _OFFICE),
    "junior_high": Plan("初级中学", 30000, 1.0, (9000, 22000), _OFFICE),
    "culture_station": Plan("文化活动站", "community", 0.62, (180, 800), _DAY),
    "culture_center": Plan("文化活动中心", "subdistrict", 0.75, (2400, 7000), "Mo-Su 09:00-20:30"),
    "sports_ground": Plan("多功能运动场", 15000, 1.0, (800, 3200), "Mo-Su 06:00-22:00"),
    "fitness_ground": Plan("健身场地", "community", 0.55, (150, 800), "24/7"),
    "park": Plan("口袋公园", 12000, 1.0, (1500, 16000), "24/7"),
    "public_toilet": Plan("公共厕所", 5500, 1.0, (30, 90), "24/7"),
    "parcel_locker": Plan("快递柜", 2400, 1.0, (5, 40), "24/7"),
    "bank": Plan("银行网点", 11000, 1.0, (150, 700), "Mo-Sa 09:00-17:00"),
    "police_station": Plan("派出所", "subdistrict", 1.0, (900, 2600), "24/7"),
    "bus_stop": Plan("公交站", 3000, 1.0, (10, 40), "Mo-Su 06:00-22:30"),
    "committee_rooms": Plan("居委会办公活动用房", "community", 1.0, (140, 520), _OFFICE),
    "subdistrict_service_center": Plan(
        "街道社区服务中心", "subdistrict", 1.0, (700, 2600), _OFFICE
    ),
    "embedded_complex": Plan("社区嵌入式服务综合体", "subdistrict", 0.4, (800, 2200), _LONG),
    "rehab_station": Plan("残疾人康复站", "subdistrict", 0.6, (80, 320), _OFFICE),
}

# how likely a facility offers each service of elder care, in the order of the services' table
OFFERS: dict[str, tuple[float, ...]] = {
    "elder_care_center": (0.95, 0.8, 0.6, 0.65, 0.75, 0.7),
    "day_care_station": (0.9, 0.55, 0.3, 0.35, 0.4, 0.5),
    "elder_canteen": (0.0, 1.0, 0.0, 0.0, 0.0, 0.1),
    "embedded_complex": (0.7, 0.7, 0.3, 0.4, 0.5, 0.6),
}


def place_facilities(
    people: gpd.GeoDataFrame, homes: pd.DataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return facilities at places of ``people`` (the people table, metric CRS).

    ``homes`` has the rows of ``people`` with ``community`` and ``subdistrict``, the names that the
    facilities are called by. Rows are in the order of `PLANS`, then west to east by unit.
    """
    xy = people.geometry.get_coordinates().to_numpy()
    weight = people["people"].to_numpy(dtype=np.float64)
    parts = [_of_kind(kind, plan, xy, weight, homes, rng) for kind, plan in PLANS.items()]
    table = pd.concat(parts, ignore_index=True)
    place = np.round(table[["x", "y"]].to_numpy(), 2)
    frame = gpd.GeoDataFrame(
        table.drop(columns=["x", "y"]),
        geometry=gpd.points_from_xy(*place.T),
        crs=people.crs,
    )
    frame.insert(4, "services", offered_services(table["kind"]))
    frame.index = [f"F{number:04d}" for number in range(1, len(frame) + 1)]
    frame.index.name = "facility_id"
    return frame


def offered_services(kinds: pd.Series) -> list[str]:
    """Return invented services of elder care of facilities of some kinds, empty for other kinds.

    The same kinds in the same order offer the same, whatever else is drawn.

    Examples
    --------
    >>> offered_services(pd.Series(["elder_canteen", "bank"]))
    ['助餐', '']
    """
    names = np.array([service.name for service in elder_services()], dtype=object)
    rng = np.random.default_rng(len(kinds))
    draws = rng.random((len(kinds), len(names)))
    chance = np.array([OFFERS.get(kind, (0.0,) * len(names)) for kind in kinds])
    return [_BETWEEN.join(names[mine]) for mine in draws < chance]


def _of_kind(
    kind: str,
    plan: Plan,
    xy: Floats,
    weight: Floats,
    homes: pd.DataFrame,
    rng: np.random.Generator,
) -> pd.DataFrame:
    if isinstance(plan.per, str):
        units = homes[plan.per].to_numpy()
        names = np.unique(units)
        having = np.sort(rng.permutation(len(names))[: max(1, round(plan.chance * len(names)))])
        rows = np.array([_one_of(np.flatnonzero(units == names[h]), weight, rng) for h in having])
        label = names[having]
    else:
        count = max(1, int(weight.sum() // plan.per))
        chance = weight / weight.sum()
        rows = np.sort(rng.choice(len(weight), size=count, replace=count > len(weight), p=chance))
        label = homes["community"].to_numpy()[rows]
    again = pd.Series(label).groupby(label).cumcount().to_numpy()
    numbered = [f"第{n + 1}" if n else "" for n in again]
    offset = rng.uniform(-_OFFSET_M, _OFFSET_M, (len(rows), 2))
    place = homes.iloc[rows]
    each = weight.sum() / len(rows)
    return pd.DataFrame(
        {
            "kind": kind,
            "name": [
                f"{unit}{n}{plan.suffix}{INVENTED}" for unit, n in zip(label, numbered, strict=True)
            ],
            "floor_area_m2": np.round(_between(plan.floor_m2, len(rows), rng)),
            "capacity_people": np.ceil(each * _between(_CAPACITY_SHARE, len(rows), rng) / 10) * 10,
            "opening_hours": plan.hours,
            "phone": "",
            "address": (place["subdistrict"] + place["community"]).to_numpy() + INVENTED,
            "x": xy[rows, 0] + offset[:, 0],
            "y": xy[rows, 1] + offset[:, 1],
        }
    )


def _one_of(rows: np.ndarray, weight: Floats, rng: np.random.Generator) -> int:
    chance = weight[rows] + 1e-9
    return int(rng.choice(rows, p=chance / chance.sum()))


def _between(bounds: tuple[float, float], count: int, rng: np.random.Generator) -> Floats:
    """Draw from a skewed range: most are in the lower half."""
    low, high = bounds
    return np.asarray(low + (high - low) * rng.beta(1.6, 2.6, count))
