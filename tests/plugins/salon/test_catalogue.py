"""What services cost, how their time runs, and who does them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from console import api
from plugins.salon.services import catalogue
from plugins.salon.services.catalogue import Price, SegmentDraft, Stretch, VariantDraft
from plugins.salon.services.staffing import drop_practice, put_practice, who_does
from tests.support.salon import add_level, add_service, add_skill, add_staff, add_store

pytestmark = pytest.mark.either_engine

WORK_WAIT_WORK = (SegmentDraft("work", 60), SegmentDraft("wait", 45), SegmentDraft("work", 40))


def test_a_haircut_costs_what_the_level_of_its_technician_says(app: Flask) -> None:
    designer, chief = add_level("设计师"), add_level("首席")
    cut = add_service("洗剪吹")
    catalogue.put_variants(cut, [VariantDraft("", 6800, level_prices={chief.id: 12800})])
    (only,) = cut.variants
    assert catalogue.price_of(cut, only, designer.id) == Price("fixed", 6800)
    assert catalogue.price_of(cut, only, chief.id) == Price("fixed", 12800)
    assert catalogue.price_of(cut, only) == Price("fixed", 6800)


def test_a_perm_costs_and_lasts_longer_for_long_hair(app: Flask) -> None:
    perm = add_service("烫发", *WORK_WAIT_WORK)
    short, long = VariantDraft("短", 68000), VariantDraft("长", 108000, extra_minutes=30)
    catalogue.put_variants(perm, [short, long])
    assert [catalogue.minutes_of(perm, variant) for variant in perm.variants] == [145, 175]
    assert [variant.price_fen for variant in perm.variants] == [68000, 108000]


def test_the_time_of_a_service_runs_through_work_wait_and_clean_up(app: Flask) -> None:
    perm = add_service("烫发", *WORK_WAIT_WORK, cleanup_minutes=10)
    assert catalogue.plan_of(perm) == [
        Stretch("work", 0, 60),
        Stretch("wait", 60, 45),
        Stretch("work", 105, 40),
        Stretch("cleanup", 145, 10),
    ]
    assert catalogue.minutes_of(perm) == 145


def test_a_step_may_be_done_by_somebody_with_another_skill(app: Flask) -> None:
    washing = add_skill("洗发")
    cut = add_service("洗剪吹", SegmentDraft("work", 15, washing.id), SegmentDraft("work", 45))
    assert [part.skill_id for part in catalogue.plan_of(cut)] == [washing.id, None]


def test_a_person_may_take_her_own_time_for_a_service(app: Flask) -> None:
    store = add_store()
    slow, perm = add_staff("阿杰", store), add_service("烫发", *WORK_WAIT_WORK)
    put_practice(slow.id, perm.id, minutes=150)
    lengths = [part.minutes for part in catalogue.plan_of(perm, staff=slow)]
    assert lengths == [90, 45, 60]


def test_a_person_may_be_priced_as_another_level_than_her_own(app: Flask) -> None:
    store, chief = add_store(), add_level("首席")
    talent, cut = add_staff("小雨", store), add_service("洗剪吹")
    catalogue.put_variants(cut, [VariantDraft("", 6800, level_prices={chief.id: 12800})])
    assert catalogue.price_with(cut, cut.variants[0], talent).fen == 6800
    put_practice(talent.id, cut.id, level_id=chief.id)
    assert catalogue.price_with(cut, cut.variants[0], talent).fen == 12800


def test_who_does_a_service_follows_from_skills_unless_her_file_says_otherwise(app: Flask) -> None:
    store, nails = add_store(), add_skill("美甲")
    nana, may = add_staff("Nana 李", store, skills=[nails]), add_staff("阿May", store)
    manicure = add_service("日式美甲", skill_id=nails.id)
    assert who_does(manicure, store.id) == [nana]
    put_practice(may.id, manicure.id, offered=True)
    put_practice(nana.id, manicure.id, offered=False)
    assert who_does(manicure, store.id) == [may]
    drop_practice(nana.id, manicure.id)
    assert who_does(manicure, store.id) == [nana, may]
    assert who_does(manicure, add_store("南山店").id) == []


def test_only_an_open_price_may_be_left_out(app: Flask) -> None:
    painting = add_service("彩绘美甲", pricing="open", price_fen=26800)
    catalogue.put_variants(painting, [VariantDraft("", None)])
    cut = add_service("洗剪吹")
    with pytest.raises(api.Refused):
        catalogue.put_variants(cut, [VariantDraft("", None)])


def test_prices_are_written_as_on_a_price_list(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert catalogue.show_price(Price("fixed", 6800)) == "¥68.00"
        assert "¥268.00" in catalogue.show_price(Price("open", 26800))
        assert catalogue.show_price(Price("open", 26800)) != "¥268.00"


def test_a_variant_stays_the_same_when_its_price_changes(app: Flask) -> None:
    perm = add_service("烫发")
    catalogue.put_variants(perm, [VariantDraft("短", 68000), VariantDraft("长", 108000)])
    short, long = perm.variants
    kept = VariantDraft("短发", 69800, id=short.id)
    catalogue.put_variants(perm, [replace(kept, name="长", id=long.id), kept])
    assert [(v.id, v.name) for v in perm.variants] == [(long.id, "长"), (short.id, "短发")]


@pytest.mark.parametrize(
    "drafts",
    [[], [VariantDraft("", 1), VariantDraft("长", 2)], [VariantDraft("长", 1)] * 2],
    ids=["none", "nameless beside another", "same name twice"],
)
def test_variants_that_nobody_could_tell_apart_are_refused(
    app: Flask, drafts: list[VariantDraft]
) -> None:
    perm = add_service("烫发")
    with pytest.raises(api.Refused):
        catalogue.put_variants(perm, drafts)


def test_a_service_neither_begins_nor_ends_with_a_wait(app: Flask) -> None:
    perm = add_service("烫发")
    with pytest.raises(api.Refused):
        catalogue.put_segments(perm, [SegmentDraft("work", 60), SegmentDraft("wait", 45)])


def test_the_price_list_of_a_store_holds_what_is_sold_there(app: Flask) -> None:
    here, there = add_store(), add_store("南山店")
    everywhere, only_there = add_service("头皮护理"), add_service("洗剪吹", stores=[there])
    add_service("旧项目", on_sale=False)
    assert catalogue.services_on_sale(here.id) == [everywhere]
    assert catalogue.services_on_sale(there.id) == [everywhere, only_there]


def test_a_readers_language_decides_the_name_of_a_service(app: Flask) -> None:
    cut = add_service("洗剪吹", names={"en": "Wash, cut and blow-dry", "zh_Hant_TW": ""})
    with app.test_request_context(query_string={"lang": "en"}, headers={"Accept-Language": "en"}):
        assert cut.shown_name in {"Wash, cut and blow-dry", "洗剪吹"}
