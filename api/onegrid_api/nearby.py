"""The nearest facilities to a place, as they are answered: the hottest question of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from onegrid.circles.routes import find_walks, join_services
from onegrid.crs import LONLAT, reprojected
from onegrid.standards import number
from onegrid_api.as_published import as_published

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from onegrid.circles.routes import Walks
    from onegrid.network.arrays import Network
    from onegrid.standards import Profile


class Nearby:
    """Facilities joined to the streets as one profile walks them: made once, asked often.

    Raises
    ------
    CrsError, InputError
        As `onegrid.circles.routes.join_services`.
    """

    def __init__(self, network: Network, facilities: gpd.GeoDataFrame, walker: Profile) -> None:
        self._services = join_services(network, facilities, profile=walker)
        self._told = as_published(facilities)
        self._crs = str(network.crs)
        self._walker = walker.name
        self._limit_s = number("nearest_minutes") * 60

    def answers(self, kinds: Sequence[str], count: int) -> int:
        """Return how many answers there may be at most."""
        return len(kinds or self._services.kinds) * count

    def ask(self, lon: float, lat: float, *, kinds: Sequence[str], count: int) -> dict[str, Any]:
        """Return, for each kind (none: for all), the nearest facilities by walking time.

        Raises
        ------
        InputError
            If no street is near.
        """
        walks = find_walks(
            self._services,
            lonlat_point(lon, lat, self._crs),
            kinds=kinds or self._services.kinds,
            count=count,
            limit_s=self._limit_s,
        )
        rows = self._rows(walks)
        found, first = {}, 0
        for kind, own in walks.counts.items():
            found[kind] = rows[first : first + own]
            first += own
        return {"profile": self._walker, "kinds": found}

    def _rows(self, walks: Walks) -> list[dict[str, Any]]:
        """Return answers with the ways in degrees, a decimetre exact."""
        places = reprojected(walks.xy, self._crs, LONLAT).round(6).tolist()
        starts = walks.starts.tolist()
        rows = []
        for i, name in enumerate(walks.facility_id):
            told = self._told[name]
            way = {"type": "LineString", "coordinates": places[starts[i] : starts[i + 1]]}
            rows.append(
                {
                    "facility_id": name,
                    "name": told["name"],
                    "walk_s": walks.walk_s[i],
                    "distance_m": walks.distance_m[i],
                    "route": way,
                    "steps": walks.steps[i],
                    **told,
                }
            )
        return rows


def lonlat_point(lon: float, lat: float, crs: object) -> shapely.Point:
    """Return a place given in degrees as a point in some CRS."""
    return shapely.Point(reprojected(np.array([[lon, lat]]), LONLAT, str(crs))[0])
