"""Route x scope: for a caller, orders outside the data scope do not exist, by each route that takes an order.

The matrix is made from the router, so that it also has routes that are added later.
"""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.agencies.groups import Planned
from central.agencies.rules.contracts import Charges
from central.domain.principal import DataScope, Principal, ScopedNumber
from central.identity.permissions import ALL
from central.issuing.tickets import id_text
from central.operations import OPERATIONS
from central.refunds.rules.amounts import WantedRefund
from central.store.engine import open_database
from central.store.unit_of_work import Store
from central.web.access import Access
from central.web.operations import AUTHENTICATOR, Operation
from protocol.instants import Instant
from protocol.tickets.short_number import number_of
from tests.builders.agency import GUIDE, AgencyDesk
from tests.builders.asking import Asking
from tests.builders.central import DATABASE_FILE, HandClock, sqlite_url
from tests.builders.office import Office, once

# An exported list is filtered by scope like the list itself (tests/central/reports/test_scope.py).
# What agents sold themselves is tried in tests/central/shop.
PEOPLE = [one for one in OPERATIONS if one.access is not Access.AGENT]
ABOUT_ORDERS = [one for one in PEOPLE if one.scoped_numbers and not one.path.startswith("/api/v1/kept-exports")]
# What a body needs beside the subject, for the operations that have the subject in their body.
BODIES: dict[str, dict[str, object]] = {
    "quoteRefund": {},
    "requestRefund": {"reason": "rain"},
    "refundByHand": {"reason": "rain", "fee_fen": 1},
    "forceRefund": {"reason": "rain"},
}
SELLER, STRANGER = 1, 77


@dataclass(slots=True)
class Sold:
    """A client, the person who calls, and the parts of one order of the window, which is a group's."""

    client: TestClient[web.Request, web.Application]
    asking: Asking
    numbers: dict[ScopedNumber, str]

    async def ask(self, operation: Operation, scope: DataScope, user: int, channel: str) -> tuple[int, Any]:
        """Call as a person who may do everything within a scope; return the status and the body."""
        now = Instant(2**52)
        self.asking.who = Principal(user, "somebody", frozenset(ALL), False, scope, channel, now)
        path = operation.path.format(**{name: self.numbers.get(ScopedNumber(name), "1") for name in operation.path_names})
        said = {one.value: self.numbers[one] for one in operation.scoped_numbers if one not in operation.path_names}
        body = {**said, **BODIES[operation.operation_id]} if said else None
        headers = {"Authorization": "Bearer x", "Idempotency-Key": f"key-{scope}-{user:04}"}
        answer = await self.client.request(operation.method, path, json=body, headers=headers)
        return answer.status, await answer.json(content_type=None)

    async def read(self, who: Principal, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Call as that person; return the body."""
        self.asking.who = who
        answer = await self.client.request(method, path, json=body, headers={"Authorization": "Bearer x"})
        return await answer.json()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database with all tables, empty."""
    if request.param == "sqlite":
        folder, migrated = tmp_path_factory.mktemp("data-scope"), Path(request.getfixturevalue("migrated_file"))
        shutil.copy(migrated, folder / DATABASE_FILE)
        return sqlite_url(folder)
    return str(request.getfixturevalue("postgresql_server").migrated_url())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(url: str) -> AsyncIterator[Office]:
    store = Store(open_database(url))
    yield await Office(store, HandClock()).open()
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sold(office: Office) -> AsyncIterator[Sold]:
    kind = await office.ticket_type()
    order = await office.sell(kind, quantity=2)
    desk = await AgencyDesk(office).open()
    async with office.store.transaction() as work:
        office.groups.add(work, Planned(order.order_id, desk.agency_id, 2, Charges.PLANNED, GUIDE))
    asked = WantedRefund(order.tickets[1].ticket_id, "rain")
    refund = await office.refunds.request(asked, once("refund-1"), office.seller, office.clock())
    app = office.application()
    asking = Asking(Principal(STRANGER, "stranger", frozenset(), must_change_password=False))
    app[AUTHENTICATOR] = asking
    numbers = {
        ScopedNumber.ORDER: str(order.order_id),
        ScopedNumber.TICKET: id_text(order.tickets[0].ticket_id),
        ScopedNumber.PAYMENT: "1",
        ScopedNumber.REFUND: str(refund.refund_id),
        ScopedNumber.SHORT_NUMBER: number_of(order.tickets[0].ticket_id),
    }
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        yield Sold(client, asking, numbers)


@pytest.mark.asyncio(loop_scope="module")
async def test_outside_the_scope_there_is_no_such_thing(sold: Sold) -> None:
    answers = {}
    for operation in ABOUT_ORDERS:
        for scope, user, channel in ((DataScope.OWN, STRANGER, "window"), (DataScope.CHANNEL, STRANGER, "kiosk")):
            status, said = await sold.ask(operation, scope, user, channel)
            answers[operation.operation_id, scope.value] = status, said.get("code")
    assert {asked: answer for asked, answer in answers.items() if answer != (404, "not_found")} == {}


@pytest.mark.asyncio(loop_scope="module")
async def test_inside_the_scope_there_is_such_a_thing(sold: Sold) -> None:
    """No operation takes the order away, so that the next operation still finds it."""
    answers = {}
    for operation in ABOUT_ORDERS:
        for scope, user, channel in ((DataScope.OWN, SELLER, "kiosk"), (DataScope.CHANNEL, STRANGER, "window")):
            answers[operation.operation_id, scope.value] = await sold.ask(operation, scope, user, channel)
    assert {asked: said for asked, (status, said) in answers.items() if status == 404} == {}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_person_at_a_counter_serves_whom_their_lists_do_not_show(sold: Sold) -> None:
    """The next window may serve a colleague's visitor: the scope of counter work is its own."""
    at_counter = Principal(STRANGER, "somebody", frozenset(ALL), False, counter_scope=DataScope.ALL)
    order = sold.numbers[ScopedNumber.ORDER]
    listed = await sold.read(at_counter, "GET", "/api/v1/orders")
    assert listed["items"] == []
    assert (await sold.read(at_counter, "GET", f"/api/v1/orders/{order}"))["order_id"] == int(order)
    assert (await sold.read(at_counter, "POST", "/api/v1/look-ups", {"text": order}))["items"] != []
    as_far = Principal(STRANGER, "somebody", frozenset(ALL), False)
    assert (await sold.read(as_far, "POST", "/api/v1/look-ups", {"text": order}))["items"] == []


def test_each_body_that_names_a_subject_is_in_the_matrix() -> None:
    in_bodies = {one.operation_id for one in ABOUT_ORDERS if set(one.scoped_numbers) - set(one.path_names)}
    assert in_bodies == set(BODIES)
    assert {subject for one in ABOUT_ORDERS for subject in one.scoped_numbers} == set(ScopedNumber)
