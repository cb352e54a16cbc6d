"""Who may sell what: channels by their settings, sellers within their channel, administrators regardless of the settings."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.catalog.sale_settings import SaleSetting, Seller, SellingParty, SellingPartyKind, Targets
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import ALL, Permission
from central.identity.setting_groups import SettingGroup, SettingGroupKind
from protocol.identifiers import TicketTypeId
from tests.builders.office import VISIT, Office, sign_in

WINDOW = SellingParty(SellingPartyKind.CHANNEL, "window")
KIOSK = SellingParty(SellingPartyKind.CHANNEL, "kiosk")
ANNA = Seller(1, "window", sells_all=False)
OWN = SellingParty(SellingPartyKind.SELLER, "1")
BUT_SELL_ALL = [one for one in ALL if one != Permission.SALES_SELL_ALL]


async def set_(office: Office, party: SellingParty, *types: int, all_types: bool = False) -> None:
    setting = SaleSetting(party, all_types, frozenset(TicketTypeId(one) for one in types))
    await office.sale_settings.set(setting, office.seller, office.clock())


@pytest.mark.parametrize(
    ("channel", "own", "expected"),
    [
        (None, None, {1, 2, 3}),  # a window sells all types until an administrator narrows it
        (None, (1,), {1}),
        ((1, 2), None, {1, 2}),
        ("all", None, {1, 2, 3}),
        ("all", (2,), {2}),
        ((1, 2), (2, 3), {2}),
        ((1, 2), "all", {1, 2}),
        ((), "all", set()),
    ],
)
async def test_a_seller_sells_what_the_channel_may_narrowed_by_the_own_setting(
    office: Office, channel: tuple[int, ...] | str | None, own: tuple[int, ...] | str | None, expected: set[int]
) -> None:
    for _ in range(3):
        await office.ticket_type()
    for party, types in ((WINDOW, channel), (OWN, own)):
        if isinstance(types, tuple):
            await set_(office, party, *types)
        elif types is not None:
            await set_(office, party, all_types=True)
    await set_(office, KIOSK, all_types=True)
    assert await office.sale_settings.sellable(ANNA) == expected
    assert await office.sale_settings.sellable(Seller(1, "nowhere", sells_all=True)) == {1, 2, 3}


async def test_a_setting_that_is_taken_away_is_as_if_it_had_never_been_set(office: Office) -> None:
    for _ in range(2):
        await office.ticket_type()
    untouched = {one.party for one in await office.sale_settings.all_settings()}
    await set_(office, OWN, 1)
    assert await office.sale_settings.sellable(ANNA) == {1}
    await office.sale_settings.delete(OWN, office.seller, office.clock())
    assert await office.sale_settings.sellable(ANNA) == {1, 2}
    assert {one.party for one in await office.sale_settings.all_settings()} == untouched
    with pytest.raises(Problem) as refused:
        await office.sale_settings.delete(OWN, office.seller, office.clock())
    assert refused.value.code is ProblemCode.NOT_FOUND


async def test_a_setting_is_copied_and_then_goes_its_own_way(office: Office) -> None:
    for _ in range(2):
        await office.ticket_type()
    await set_(office, WINDOW, 1)
    await set_(office, OWN, 1, 2)
    await office.sale_settings.copy(WINDOW, Targets({OWN, KIOSK}), office.seller, office.clock())
    await set_(office, WINDOW, all_types=True)
    found = {one.party: (one.all_types, one.types) for one in await office.sale_settings.all_settings()}
    assert found == {WINDOW: (True, frozenset()), OWN: (False, {1}), KIOSK: (False, {1})}


@pytest.mark.parametrize(
    ("party", "types", "code"),
    [
        (SellingParty(SellingPartyKind.SELLER, "9"), (), ProblemCode.NOT_FOUND),
        (SellingParty(SellingPartyKind.SELLER, "01"), (), ProblemCode.NOT_FOUND),
        (SellingParty(SellingPartyKind.SELLER, "anna"), (), ProblemCode.NOT_FOUND),
        (SellingParty(SellingPartyKind.SELLER, "9" * 32), (), ProblemCode.NOT_FOUND),
        (WINDOW, (9,), ProblemCode.INPUT_INVALID),
    ],
)
async def test_what_is_not_there_cannot_be_set(
    office: Office, party: SellingParty, types: tuple[int, ...], code: ProblemCode
) -> None:
    with pytest.raises(Problem) as problem:
        await set_(office, party, *types)
    assert problem.value.code is code
    with pytest.raises(Problem, match="no setting"):
        await office.sale_settings.copy(KIOSK, Targets({WINDOW}), office.seller, office.clock())


async def test_others_types_and_channels_are_refused_at_quote_sale_and_hold(
    office: Office, client: TestClient[web.Request, web.Application]
) -> None:
    for _ in range(2):
        await office.ticket_type()
    await set_(office, WINDOW, 1)
    await set_(office, KIOSK, all_types=True)
    headers = {**await sign_in(client, office, *BUT_SELL_ALL), "Idempotency-Key": "key-000001"}
    line = {"visit_day": VISIT.isoformat()}
    for path, more in (
        ("quotes", {}),
        ("orders", {"expected_total_fen": 8000, "method": "cash"}),
        ("held-orders", {"expected_total_fen": 8000}),
    ):
        for type_id, channel, field in ((2, "window", "lines.0.ticket_type_id"), (1, "kiosk", "channel")):
            body = {"site_id": 1, "channel": channel, "lines": [{**line, "ticket_type_id": type_id}], **more}
            answer = await client.post(f"/api/v1/{path}", json=body, headers=headers)
            said = await answer.json()
            assert (answer.status, said["code"], said["errors"][0]["field"]) == (403, "sale_not_allowed", field)
        body = {"site_id": 1, "lines": [{**line, "ticket_type_id": 1}], **more}
        assert (await client.post(f"/api/v1/{path}", json=body, headers={**headers, "Idempotency-Key": path + "-01"})).ok


async def test_the_sales_screen_shows_only_what_may_be_sold(
    office: Office, client: TestClient[web.Request, web.Application]
) -> None:
    for _ in range(2):
        await office.ticket_type()
    await set_(office, WINDOW, 2)
    shown = []
    for permissions in (BUT_SELL_ALL, list(ALL)):
        answer = await client.get("/api/v1/sellable-ticket-types", headers=await sign_in(client, office, *permissions))
        shown.append([one["ticket_type_id"] for one in (await answer.json())["items"]])
    assert shown == [[2], [1, 2]]


async def test_a_setting_is_copied_to_all_who_stand_in_a_group(office: Office) -> None:
    settings, groups, by, now = office.sale_settings, office.setting_groups, office.seller, office.clock()
    types = frozenset({(await office.ticket_type()).type_id})
    await settings.set(SaleSetting(WINDOW, all_types=False, types=types), by, now)
    for kind, members in ((SettingGroupKind.SELLER, ("1",)), (SettingGroupKind.CHANNEL, ("kiosk", "window"))):
        await groups.put(SettingGroup(kind, "east", members), by, now)
    copies = await settings.copy(WINDOW, Targets(seller_groups=["east"], channel_groups=["east"]), by, now)
    expected = [SellingParty(SellingPartyKind.CHANNEL, "kiosk"), SellingParty(SellingPartyKind.SELLER, "1")]
    assert [(one.party, one.types) for one in copies] == [(party, types) for party in expected]
    with pytest.raises(Problem, match="there is no seller group west"):
        await settings.copy(WINDOW, Targets(seller_groups=["west"]), by, now)


async def test_groups_are_set_again_and_deleted_and_grant_nothing(office: Office) -> None:
    groups, by, now = office.setting_groups, office.seller, office.clock()
    before = await office.sale_settings.all_settings()
    await groups.put(SettingGroup(SettingGroupKind.CHANNEL, "east", ("window",)), by, now)
    await groups.put(SettingGroup(SettingGroupKind.CHANNEL, "east", ("kiosk", "kiosk")), by, now)
    assert await groups.groups() == (SettingGroup(SettingGroupKind.CHANNEL, "east", ("kiosk",)),)
    assert await office.sale_settings.all_settings() == before
    await groups.delete(SettingGroupKind.CHANNEL, "east", by, now)
    assert await groups.groups() == ()
    with pytest.raises(Problem, match="there is no channel group east"):
        await groups.delete(SettingGroupKind.CHANNEL, "east", by, now)
