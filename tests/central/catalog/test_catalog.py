"""Setting up sites and ticket types."""

from collections.abc import Awaitable
from typing import Any

import pytest
from sqlmodel import select

from central.catalog import service as catalog
from central.catalog.parameters import SiteParameters
from central.catalog.service import Sale
from central.domain.problems import Problem, ProblemCode
from central.store.tables.catalog import SiteRow
from protocol.identifiers import SiteId, TicketTypeId
from tests.builders.office import Office

TOWN = SiteParameters(name_zh="古镇", name_en="Old Town", zone="Asia/Urumqi")


async def test_sites_are_numbered_in_their_order_and_gates_are_told(office: Office) -> None:
    woken = office.woken
    assert (await office.catalog.add_site(TOWN, None, office.clock())).site_id == SiteId(2)
    assert [site.site_id for site in await office.catalog.all_sites()] == [1, 2]
    assert office.woken == woken + 1
    async with office.store.reading() as work:
        assert (await catalog.site_rules(work, SiteId(2))).zone_name == "Asia/Urumqi"


async def test_a_changed_site_is_told_to_its_gates(office: Office) -> None:
    woken = office.woken
    await office.catalog.change_site(SiteId(1), TOWN, office.seller, office.clock())
    assert (await office.catalog.all_sites())[0].parameters == TOWN
    assert office.woken == woken + 1


@pytest.mark.law(9)
async def test_each_site_has_a_holder_key_of_its_own_and_it_is_sealed(office: Office) -> None:
    await office.catalog.add_site(TOWN, None, office.clock())
    async with office.store.reading() as work:
        keys = [key for number in (1, 2) for key in (await office.catalog.holder_keys(work, SiteId(number))).secrets]
        rows = (await work.session.exec(select(SiteRow))).all()
    assert [len(key) for key in keys] == [32, 32]
    assert keys[0] != keys[1]
    assert not any(key.hex().encode() in row.holder_key_sealed or key in row.holder_key_sealed for key in keys for row in rows)


async def test_a_sites_feed_carries_the_ticket_types_that_count_there(office: Office) -> None:
    await office.catalog.add_site(TOWN, None, office.clock())
    await office.ticket_type(entitlements=[{"sites": [1]}])
    await office.ticket_type(entitlements=[{"sites": [2]}])
    await office.ticket_type(entitlements=[{"sites": [2]}, {"sites": [1]}])
    async with office.store.reading() as work:
        assert [ticket_type.ticket_type_id for ticket_type in await catalog.rules_of_site(work, SiteId(1))] == [1, 3]
        assert [ticket_type.ticket_type_id for ticket_type in await catalog.rules_of_site(work, SiteId(2))] == [2, 3]


@pytest.mark.parametrize("wrong", [{"entitlements": [{"sites": [9]}]}, {"entitlements": [{"sites": [1], "ticket_type": 9}]}])
async def test_a_type_that_names_what_is_not_there_is_refused(office: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(Problem) as problem:
        await office.ticket_type(8000, **wrong)
    assert problem.value.code is ProblemCode.INPUT_INVALID
    assert await office.catalog.all_ticket_types() == ()


async def _not_found(ask: Awaitable[object]) -> None:
    with pytest.raises(Problem) as problem:
        await ask
    assert problem.value.code is ProblemCode.NOT_FOUND


async def test_what_is_not_there_is_said_so(office: Office) -> None:
    nowhere, now = SiteId(9), office.clock()
    await _not_found(office.catalog.change_site(nowhere, TOWN, office.seller, now))
    await _not_found(office.catalog.change_sale(TicketTypeId(9), Sale(1, is_on_sale=True), office.seller, now))
    async with office.store.reading() as work:
        await _not_found(office.catalog.holder_keys(work, nowhere))
        await _not_found(catalog.site_rules(work, nowhere))
