"""A name in English may be left out of everything that has one: readers of English see the Chinese one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from central.devices.check_points import table_of_site
from protocol.identifiers import SiteId
from tests.builders.central import HandClock
from tests.builders.served import Central, running_central

TYPE = {"name_zh": "夜场票", "entitlements": [{"sites": [1], "always": [{"check": "total-uses", "most": 1}]}]}


@pytest.fixture
async def central(tmp_path: Path, clock: HandClock) -> AsyncIterator[Central]:
    """A central whose names are Chinese only."""
    async with running_central(tmp_path / "central", clock) as served:
        await served.api("POST", "/sites", {"name_zh": "牌坊镇"})
        added = await served.api("POST", "/ticket-types", {"parameters": TYPE, "price_fen": 8000})
        category = await served.api("POST", "/categories", {"name_zh": "夜场"})
        await served.api("PUT", "/ticket-types/1/category", {"version": 0, "category_id": category["category_id"]})
        await served.api("POST", "/ticket-types/1/copies", {"name_zh": "夜场票二"})
        await served.api("POST", "/sites/1/check-points", {"name_zh": "东门", "ticked": [added["ticket_type_id"]]})
        yield served


async def test_names_beside_numbers_are_the_chinese_ones(central: Central) -> None:
    await central.sell(1)
    order = (await central.api("GET", "/orders"))["items"][0]
    assert order["site"]["name"] == "牌坊镇"
    types = (await central.api("GET", "/ticket-types"))["items"]
    assert [(one["parameters"]["name_zh"], one["parameters"]["name_en"]) for one in types] == [("夜场票", ""), ("夜场票二", "")]
    assert types[0]["category"]["name"] == "夜场"
    assert "牌坊镇" in await exported(central)


async def exported(central: Central) -> str:
    async with central.session.get(f"{central.url}/api/v1/exports/orders?format=csv", headers=central.headers) as answer:
        return await answer.text()


async def test_gates_get_a_name_in_both_languages(central: Central) -> None:
    async with central.built.store.reading() as work:
        (point,) = await table_of_site(work, SiteId(1))
    assert (point.name_zh, point.name_en) == ("东门", "东门")


async def test_an_english_name_is_given_and_taken_away(central: Central) -> None:
    path = "/check-points/1"
    (before,) = (await central.api("GET", "/sites/1/check-points"))["items"]
    await central.api("PATCH", path, {"version": before["version"], "name_en": "East gate"})
    (named,) = (await central.api("GET", "/sites/1/check-points"))["items"]
    await central.api("PATCH", path, {"version": named["version"], "name_en": ""})
    (without,) = (await central.api("GET", "/sites/1/check-points"))["items"]
    assert [one["name_en"] for one in (before, named, without)] == ["", "East gate", ""]
