"""``onegrid reach``, ``circles`` and ``nearest``: everything that walks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from onegrid import schema
from onegrid.circles.partition import share_circles, unite_circles
from onegrid.circles.reach import reach
from onegrid.circles.routes import nearest_routes
from onegrid.circles.shape import life_circles
from onegrid.crs import LONLAT, in_crs, to_lonlat
from onegrid.errors import InputError, Problem
from onegrid.io.files import refuse_overwrite, write_layers, write_parquet
from onegrid.io.networks import read_network
from onegrid.io.reading import OSM_FILES
from onegrid.pipeline.clock import PLACES_WITH_HOURS, network_at, open_places
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_LINE_FILES = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet", ".fgb", *OSM_FILES)


def open_network(path: str) -> Network:
    """Return a network file, or the network of a file of lines, known by its ending.

    Raises
    ------
    InputError
        If the file is neither.
    """
    if path.split("#", maxsplit=1)[0].lower().endswith(_LINE_FILES):
        from onegrid.pipeline.streets import network_of  # noqa: PLC0415  (a ready network needs none of it)

        return network_of(path)
    return read_network(path)


def reach_table(  # noqa: PLR0913  (one argument per option of the command)
    network_file: str,
    origins: str,
    destinations: str,
    out: Path,
    *,
    minutes: float,
    profile: Profile,
    when: datetime | None = None,
    reading: Reading | None = None,
) -> dict[str, Any]:
    """Write every pair of origin and destination within the limit as Parquet.

    ``when`` is the local time of the walk: what is shut then is left out.
    """
    run = Run("reach")
    refuse_overwrite(out, (network_file, origins, destinations))
    reader = Reader(reading or Reading())
    with run.stage("读取"):
        streets = reader.attempt(open_network, network_file)
        left = reader.read("from", origins, schema.PLACES)
        goals = reader.read("to", destinations, PLACES_WITH_HOURS if when else schema.PLACES)
        reader.check()
        network, right, shut = _at(there(streets), there(goals), when)
    with run.stage("计算步行可达", origins=len(there(left)), destinations=len(right)):
        found = reach(network, there(left), right, limit_s=minutes * 60, profile=profile)
    with run.stage("写出", pairs=len(found.pairs)):
        write_parquet(out, found.pairs)
    skipped = sorted({i for ids in reader.skipped.values() for i in ids})
    return {
        "pairs": len(found.pairs),
        "profile": profile.name,
        "minutes": minutes,
        "unreachable": list(found.unreachable),
        "skipped": skipped,
        **shut,
        **reader.notes(),
    }


def circles(  # noqa: PLR0913  (one argument per option of the command)
    network_file: str,
    facilities: str,
    out: Path,
    *,
    minutes: tuple[float, ...],
    profile: Profile,
    method: str,
    union: bool = False,
    partition: bool = False,
    reading: Reading | None = None,
) -> dict[str, Any]:
    """Write the life circles of facilities as layer ``circles``.

    ``union`` adds the layer ``unions``, a row per kind and time; ``partition`` the layer
    ``partition``: the union of the longest time shared out by the nearest facility. Both need the
    kinds of the facilities.
    """
    run = Run("circles")
    refuse_overwrite(out, (network_file, facilities))
    reader = Reader(reading or Reading())
    with run.stage("读取"):
        streets = reader.attempt(open_network, network_file)
        table = schema.FACILITIES if union or partition else schema.PLACES
        places = reader.read("facilities", facilities, table)
        reader.check()
    with run.stage("绘制生活圈", facilities=len(there(places))):
        drawn = life_circles(
            there(streets), there(places), minutes=minutes, profile=profile, method=method
        )
    layers = {"circles": drawn}
    if union:
        with run.stage("合并生活圈"):
            layers["unions"] = unite_circles(drawn, there(places)["kind"])
    if partition:
        widest = drawn[drawn["minutes"] == drawn["minutes"].max()]
        with run.stage("按最近设施划分", facilities=len(there(places))):
            layers["partition"] = share_circles(
                there(streets), there(places), widest, profile=profile
            )
    with run.stage("写出", circles=len(drawn)):
        write_layers(out, layers)
    without = sorted(set(there(places).index.astype(str)) - set(drawn["facility_id"]))
    return {
        **{name: len(layer) for name, layer in layers.items()},
        "profile": profile.name,
        "minutes": list(minutes),
        "unreachable": without,
        **reader.notes(),
    }


def nearest_to(  # noqa: PLR0913  (one argument per option of the command)
    network_file: str,
    facilities: str,
    at: tuple[float, float],
    *,
    kinds: tuple[str, ...],
    count: int,
    minutes: float,
    profile: Profile,
    when: datetime | None = None,
    reading: Reading | None = None,
) -> dict[str, Any]:
    """Return the nearest facilities of each kind with their routes in longitude and latitude.

    ``when`` is the local time of the walk: what is shut then is left out.
    """
    run = Run("nearest")
    reader = Reader(reading or Reading())
    with run.stage("读取"):
        streets = reader.attempt(open_network, network_file)
        places = reader.read("facilities", facilities, schema.FACILITIES)
        reader.check()
    known = sorted(set(there(places)["kind"]))
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        what = f"no facility of kind {', '.join(unknown)}"
        raise InputError(Problem("KIND_UNKNOWN", what, facilities, "", f"there are {known}"))
    asked = gpd.GeoDataFrame(geometry=[shapely.Point(*at)], crs=LONLAT)
    point = in_crs(asked, there(streets).crs).geometry.iloc[0]
    network, opened, shut = _at(there(streets), there(places), when)
    with run.stage("查找最近的设施", facilities=len(opened)):
        answers = nearest_routes(
            network,
            opened,
            point,
            kinds=kinds or tuple(known),
            count=count,
            limit_s=minutes * 60,
            profile=profile,
        )
    routes = [answer for found in answers.values() for answer in found]
    drawn = gpd.GeoDataFrame(geometry=[r.route for r in routes], crs=there(streets).crs)
    shapes = iter(to_lonlat(drawn).geometry) if routes else iter(())
    names = there(places)["name"]
    return {
        "profile": profile.name,
        **shut,
        "kinds": {
            kind: [
                {
                    "facility_id": answer.facility_id,
                    "name": names[answer.facility_id],
                    "walk_s": answer.walk_s,
                    "distance_m": answer.distance_m,
                    "route": shapely.geometry.mapping(next(shapes)),
                    "steps": list(answer.steps),
                }
                for answer in found
            ]
            for kind, found in answers.items()
        },
    }


def _at(
    network: Network, places: gpd.GeoDataFrame, when: datetime | None
) -> tuple[Network, gpd.GeoDataFrame, dict[str, Any]]:
    """Return network and places as they are open at a time, and what to tell about it."""
    if when is None:
        return network, places, {}
    streets, unread = network_at(network, when)
    opened, shut, more = open_places(places, when)
    told = {"when": f"{when:%Y-%m-%dT%H:%M}", "shut": list(shut)}
    return streets, opened, {**told, "hours_not_understood": sorted({*unread, *more})}
