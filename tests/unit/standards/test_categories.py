import csv
from importlib import resources

import pytest

from onegrid.standards import kind_of_category, kind_of_tags, kinds
from onegrid.standards.elder_care import elder_services, services_of


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("医疗保健服务;医药保健销售店;药房", "pharmacy"),
        ("医疗保健服务;综合医院;社区卫生服务中心", "clinic"),
        ("购物:便利店", "convenience_store"),
        ("生活服务;物流速递;物流速递", "parcel_locker"),
        ("社区日间照料服务站", "day_care_station"),
        ("居家养老服务中心", "elder_care_center"),
        ("居家养老服务中心(街道级)", "elder_care_center"),
        ("Pharmacy", "pharmacy"),
        ("elder_canteen", "elder_canteen"),
        ("儿童医院", None),
        ("", None),
    ],
)
def test_chinese_poi_categories_mean_our_kinds(said, kind):
    assert kind_of_category(said) == kind


def test_a_word_means_one_kind_and_every_kind_of_the_table_is_known():
    file = resources.files("onegrid_data").joinpath("standards", "poi_categories.csv")
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    words = [word for row in rows for word in row["words"].split("|")]
    assert len(words) == len(set(words))
    assert {row["kind"] for row in rows} <= set(kinds())
    for row in rows:
        for word in row["words"].split("|"):
            assert kind_of_category(word) == row["kind"], word


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "school"}, "primary_school"),
        ({"amenity": "school", "isced:level": "1;2"}, "junior_high"),
        ({"amenity": "community_centre"}, "community_service_station"),
        (
            {"amenity": "community_centre", "community_centre": "culture_centre"},
            "culture_center",
        ),
        ({"shop": "greengrocer"}, "market"),
        ({"amenity": "bench"}, None),
        ({}, None),
    ],
)
def test_the_rule_that_asks_for_most_tags_wins(tags, kind):
    assert kind_of_tags(tags) == kind


def test_every_kind_with_tags_is_found_by_some_of_them():
    for kind in kinds().values():
        for rule in filter(None, kind.osm_tags.split("|")):
            tags = dict(tag.split("=", 1) for tag in rule.split(";"))
            assert kind_of_tags(tags) is not None


def test_services_are_read_from_words_and_from_the_kind():
    names = [service.name for service in elder_services()]
    assert names == ["生活照料", "助餐", "助行", "助洁", "紧急救援", "精神慰藉"]
    assert services_of("day_care_station", "陪诊；心理疏导") == ("生活照料", "助行", "精神慰藉")
    assert services_of("pharmacy", None) == ()
