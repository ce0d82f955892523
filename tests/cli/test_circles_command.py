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


def test_where_no_street_is_near_nothing_is_drawn_and_the_facility_is_named(
    onegrid, streets, tmp_path
):
    far, out = tmp_path / "far.csv", tmp_path / "circles.gpkg"
    far.write_text("facility_id,kind,lon,lat\nf1,clinic,100.0,29.0\n", encoding="utf-8")
    outcome = onegrid(
        *("circles", "--network", streets, "--facilities", far, "--out", out, "--json")
    )
    assert outcome.code == 0, outcome.err
    assert outcome.json["unreachable"] == ["f1"]
    assert len(gpd.read_file(out, layer="circles")) == 0
    assert "f1" in outcome.err
