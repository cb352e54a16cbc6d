"""The list of ticket types is narrowed by name, category, sale and archive, alone and together, page by page."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.catalog.categories import CategoryWish
from central.catalog.service import Sale
from tests.builders.office import Office, sign_in

Client = TestClient[web.Request, web.Application]
NAMES = (("成人票", "Adult"), ("儿童票", "Child_1"), ("夜场票", ""), ("儿童夜场票", "Child, NIGHT"), ("旧票", "Old child"))


@pytest.fixture
async def headers(office: Office, client: Client) -> dict[str, str]:
    """Types 1 to 5: 2 is in category 1, 4 in category 2 under it, 3 in category 3; 3 is off sale, 5 is archived."""
    seller, now = office.seller, office.clock()
    for parent in (None, 1, None):
        await office.categories.add(CategoryWish("分类", "", parent, 0), seller, now)
    for name_zh, name_en in NAMES:
        await office.ticket_type(name_zh=name_zh, name_en=name_en)
    types = [one.type_id for one in await office.catalog.all_ticket_types()]
    for number, category_id in ((1, 1), (3, 2), (2, 3)):
        await office.categories.put_type(types[number], category_id, seller, now)
    await office.catalog.change_sale(types[2], Sale(8000, is_on_sale=False), seller, now)
    signed_in = await sign_in(client, office)
    archived = await client.post("/api/v1/ticket-types/5/archive", json={"version": 0}, headers=signed_in)
    assert archived.status == 200
    return signed_in


async def listed(client: Client, headers: dict[str, str], asked: str) -> tuple[list[int], str | None]:
    answer = await client.get(f"/api/v1/ticket-types?{asked}", headers=headers)
    page: Any = await answer.json()
    assert answer.status == 200, page
    return [one["ticket_type_id"] for one in page["items"]], page["next"]


async def test_types_are_narrowed_by_each_filter_and_by_all_together(client: Client, headers: dict[str, str]) -> None:
    for asked, expected in (
        ("", [1, 2, 3, 4]),
        ("archived=true", [5]),
        ("text=CHILD", [2, 4]),
        ("text=night", [4]),
        ("text=夜场", [3, 4]),
        ("text=d_1", [2]),
        ("text=%25", []),
        ("text=child&archived=true", [5]),
        ("text=night&archived=true", []),
        ("category_id=1", [2, 4]),
        ("category_id=2", [4]),
        ("category_id=9", []),
        ("is_on_sale=true", [1, 2, 4]),
        ("is_on_sale=false", [3]),
        ("is_on_sale=true&archived=true", []),
        ("text=夜场&category_id=3&is_on_sale=false", [3]),
        ("text=夜场&category_id=1&is_on_sale=true", [4]),
        ("text=成人&category_id=1", []),
    ):
        assert await listed(client, headers, asked) == (expected, None), asked


async def test_a_narrowed_list_is_read_page_by_page(client: Client, headers: dict[str, str]) -> None:
    first, following = await listed(client, headers, "is_on_sale=true&limit=2")
    assert (first, following is None) == ([1, 2], False)
    assert await listed(client, headers, f"is_on_sale=true&limit=2&after={following}") == ([4], None)


async def test_a_filter_that_is_none_is_refused(client: Client, headers: dict[str, str]) -> None:
    for asked in ("text=", "category_id=0", "is_on_sale=perhaps", "state=active"):
        assert (await client.get(f"/api/v1/ticket-types?{asked}", headers=headers)).status == 400, asked
