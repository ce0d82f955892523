import geopandas as gpd
import pytest
from shapely import LineString

from onegrid.errors import SchemaError
from onegrid.schema import ATOMS


def test_all_problems_are_reported_at_once():
    lines = gpd.GeoDataFrame(
        geometry=[LineString([(0, 0), (1, 1)])] * 2, index=["7", "7"], crs=4548
    )
    with pytest.raises(SchemaError) as caught:
        ATOMS.check(lines)
    assert [p.code for p in caught.value.problems] == [
        "SCHEMA_MISSING",
        "SCHEMA_MISSING",
        "SCHEMA_UNIQUE",
        "SCHEMA_GEOMETRY",
    ]
