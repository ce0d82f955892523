"""``onegrid circles`` with what is made of the circles together."""

import geopandas as gpd
import pytest
import shapely

from onegrid import schema
from onegrid.io.files import read_table


def test_circles_are_united_and_shared_out_when_asked(onegrid, district, streets, tmp_path):
    clinics, out = tmp_path / "clinics.gpkg", tmp_path / "circles.gpkg"
    places = read_table(str(district.facilities), schema.FACILITIES).frame
    places[places["kind"] == "clinic"].reset_index().to_file(clinics, layer="facilities")
    words = ("circles", "--network", streets, "--facilities", clinics, "--minutes", "5,15")
    outcome = onegrid(*words, "--union", "--partition", "--out", out, "--json")
    assert outcome.code == 0, outcome.err
    drawn, unions, shares = (
        gpd.read_file(out, layer=name) for name in ("circles", "unions", "partition")
    )
    assert outcome.json["unions"] == len(unions) == 2
    assert outcome.json["partition"] == len(shares) == drawn["facility_id"].nunique()
    assert shapely.coverage_is_valid(shares.geometry.to_numpy())
    whole = unions.set_index("minutes")["area_m2"][15]
    assert shares["area_m2"].sum() == pytest.approx(whole, rel=0.02)
    places = ("--facilities", district.households)  # no column kind
    refused = onegrid("circles", "--network", streets, *places, "--union", "--out", tmp_path / "x")
    assert refused.code == 2
