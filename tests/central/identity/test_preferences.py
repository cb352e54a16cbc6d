"""Personal preferences: bounded, the person's own, and the same from every computer."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from central.domain.principal import DataScope, Principal
from central.identity.menus import SHIPPED as SHIPPED_MENU
from central.identity.permissions import ALL, Permission
from central.identity.rules.preferences import (
    MOST_KIB,
    SHIPPED,
    Density,
    Language,
    Preferences,
    SavedView,
    Theme,
    fault_of,
    read,
    written,
)
from central.identity.tokens import TokenGrant
from central.operations import OPERATIONS
from central.store.tables.audit import AuditRow
from central.store.tables.people import PreferencesRow
from tests.builders.office import Office, sign_in

Client = TestClient[web.Request, web.Application]
Json = Any
PATH = "/api/v1/session/preferences"
PAGES = [page.key for group in SHIPPED_MENU for page in group.pages]
BOSS = Principal(1, "seller", frozenset(ALL), must_change_password=False, scope=DataScope.ALL)
VIEW: dict[str, Json] = {
    "list_key": "orders",
    "name": "今日窗口",
    "filter": "state=paid&text=%E7%8E%8B",
    "columns": ["total_fen"],
}
LOOKS: dict[str, Json] = {"language": "zh-CN", "theme": "dark", "density": "compact", "default_site_id": None}
WHOLE: dict[str, Json] = {"version": 0, **LOOKS, "pinned_pages": ["orders", "sell"], "views": [VIEW]}

saved_views = st.builds(
    SavedView, st.text(), st.text(), st.text(), st.none() | st.lists(st.text(), max_size=3, unique=True).map(tuple)
)
preferences = st.builds(
    Preferences,
    st.sampled_from(Language),
    st.sampled_from(Theme),
    st.sampled_from(Density),
    st.none() | st.integers(1, 9),
    st.lists(st.sampled_from(PAGES), unique=True, max_size=5).map(tuple),
    st.lists(saved_views, max_size=5, unique_by=lambda one: (one.list_key, one.name)).map(tuple),
)


@given(preferences)
def test_what_is_stored_is_read_again(one: Preferences) -> None:
    assert fault_of(one, PAGES) is None
    assert read(written(one), PAGES) == one


def test_a_page_that_is_gone_is_left_out_and_the_rest_can_be_stored_again() -> None:
    before = replace(SHIPPED, pinned_pages=("moon", "orders"))
    after = read(written(before), PAGES)
    assert after == replace(SHIPPED, pinned_pages=("orders",))
    assert fault_of(after, PAGES) is None


def large(filters: int, characters: int) -> Preferences:
    return replace(SHIPPED, views=tuple(SavedView("orders", str(number), "a" * characters) for number in range(filters)))


@pytest.mark.parametrize(
    ("one", "field"),
    [
        (replace(SHIPPED, pinned_pages=("moon",)), "pinned_pages"),
        (replace(SHIPPED, pinned_pages=("orders", "orders")), "pinned_pages"),
        (replace(SHIPPED, views=(SavedView("orders", "a", ""), SavedView("orders", "a", "x"))), "views"),
        (replace(SHIPPED, views=(SavedView("orders", "a", "", ("x", "y", "x")),)), "views.0.columns"),
        (large(17, 2_000), "views"),
    ],
)
def test_what_does_not_fit_is_named(one: Preferences, field: str) -> None:
    fault = fault_of(one, PAGES)
    assert fault is not None
    assert fault[0] == field


def test_all_together_may_have_exactly_so_much() -> None:
    room = MOST_KIB * 1024 - len(written(large(1, 0)).encode())
    assert fault_of(large(1, room), PAGES) is None
    assert fault_of(large(1, room + 1), PAGES) is not None
    chinese = replace(SHIPPED, views=(SavedView("orders", "天" * (room // 3 + 2), ""),))
    assert fault_of(chinese, PAGES) is not None, "bytes count, and not characters"


def test_no_filter_of_a_list_takes_what_identifies_a_visitor() -> None:
    """Saved views are stored as they are, so that no filter may be a document's number or a phone number."""
    asked = {name for one in OPERATIONS if one.method == "GET" and one.parameters for name in one.parameters.model_fields}
    assert asked & {"phone", "document", "document_number", "number", "holder", "id_number"} == set()


class Tab:
    """One tab of a person's browser."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def read(self) -> Json:
        answer = await self.client.get(PATH, headers=self.headers)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def put(self, **fields: Json) -> tuple[int, Json]:
        answer = await self.client.put(PATH, json=WHOLE | fields, headers=self.headers)
        return answer.status, await answer.json()


@pytest.fixture
async def tab(office: Office, client: Client) -> Tab:
    return Tab(client, await sign_in(client, office, "sales.sell"))


async def test_a_person_begins_with_what_is_shipped_and_finds_what_was_set(tab: Tab) -> None:
    shipped = await tab.read()
    assert (shipped["version"], shipped["language"], shipped["theme"]) == (0, "browser", "system")
    assert (shipped["density"], shipped["default_site"], shipped["pinned_pages"], shipped["views"]) == (
        "comfortable",
        None,
        [],
        [],
    )
    status, said = await tab.put(default_site_id=1)
    assert (status, said["version"], said["default_site"]) == (200, 1, {"id": 1, "name": "Paifang Town"})
    assert await tab.read() == said
    assert (said["language"], said["pinned_pages"], said["views"]) == ("zh-CN", ["orders", "sell"], [VIEW])


async def test_each_person_has_their_own(office: Office, client: Client, tab: Tab) -> None:
    await tab.put()
    other = Tab(client, await sign_in(client, office, "sales.sell", "sales.read"))
    assert (await other.read())["theme"] == "system"
    assert (await other.put(theme="light"))[0] == 200
    assert (await tab.read())["theme"] == "dark"


async def test_the_second_of_two_tabs_is_told(tab: Tab) -> None:
    await tab.put()
    status, said = await tab.put(theme="light")
    assert (status, said["code"]) == (409, "version_conflict")
    assert (await tab.put(theme="light", version=1))[0] == 200


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"default_site_id": 9}, "default_site_id"),
        ({"pinned_pages": ["moon"]}, "pinned_pages"),
        ({"pinned_pages": ["orders"] * 21}, "pinned_pages"),
        ({"language": "fr"}, "language"),
        ({"font": "big"}, "font"),
        ({"views": [VIEW, VIEW]}, "views"),
        ({"views": [VIEW | {"name": str(number)} for number in range(51)]}, "views"),
        ({"views": [VIEW | {"name": "名" * 61}]}, "views.0.name"),
        ({"views": [VIEW | {"filter": "a" * 2_001}]}, "views.0.filter"),
        ({"views": [VIEW | {"filter": "text=<b>"}]}, "views.0.filter"),
        ({"views": [VIEW | {"colour": "red"}]}, "views.0.colour"),
        ({"views": [VIEW | {"columns": ["a", "a"]}]}, "views.0.columns"),
        ({"views": [VIEW | {"name": str(number), "filter": "a" * 2_000} for number in range(17)]}, "views"),
    ],
)
async def test_what_is_not_allowed_is_refused_by_its_field(tab: Tab, fields: dict[str, Json], at_fault: str) -> None:
    status, said = await tab.put(**fields)
    assert (status, said["code"], said["errors"][0]["field"]) == (400, "input_invalid", at_fault)
    assert (await tab.read())["version"] == 0


@pytest.mark.parametrize("name", ["language", "views", "version"])
async def test_a_replacement_names_every_field(tab: Tab, name: str) -> None:
    part = {field: value for field, value in WHOLE.items() if field != name}
    answer = await tab.client.put(PATH, json=part, headers=tab.headers)
    assert (answer.status, (await answer.json())["errors"][0]["field"]) == (400, name)


async def test_a_program_s_token_has_no_preferences(office: Office, client: Client) -> None:
    grant = TokenGrant(1, "tour shop", frozenset({Permission.SALES_SELL}), None)
    token = (await office.tokens.add(grant, BOSS, office.clock()))[1]
    answer = await client.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, (await answer.json())["code"]) == (403, "forbidden")


async def test_the_record_names_the_fields_and_says_nothing_of_the_views(office: Office, tab: Tab) -> None:
    await tab.put()
    async with office.store.reading() as work:
        chosen = select(AuditRow).where(AuditRow.action == "preferences.change")
        (row,) = (await work.session.exec(chosen)).all()
    said = str(row.detail)
    assert [f'"{name}"' in said for name in ("language", "theme", "pinned_pages", "views")] == [True] * 4
    assert VIEW["name"] not in said
    assert VIEW["filter"] not in said


async def test_a_person_who_never_did_anything_is_deleted_with_what_they_prefer(office: Office) -> None:
    await office.add_person("anna", "sales.sell")
    anna = await office.accounts.number_of("anna")
    async with office.store.transaction() as work:
        work.session.add(PreferencesRow(user_id=anna, stated=written(SHIPPED), changed_at=office.clock()))
    await office.accounts.delete(anna, BOSS, office.clock())
    async with office.store.reading() as work:
        assert await work.session.get(PreferencesRow, anna) is None
