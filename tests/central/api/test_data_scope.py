"""Route x scope: whatever a route is asked about an order outside the caller's data scope, there is no such thing for them.

The matrix is made from the router, so that a route that is added tomorrow is in it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from central.agencies.groups import Planned
from central.agencies.rules.contracts import Charges
from central.domain.principal import DataScope, Principal, Subject
from central.identity.permissions import ALL
from central.issuing.records import id_text
from central.operations import OPERATIONS
from central.refunds.rules.amounts import WantedRefund
from central.web.operations import AUTHENTICATOR, Operation
from protocol.instants import Instant
from tests.builders.agency import GUIDE, AgencyDesk
from tests.builders.asking import Asking
from tests.builders.office import Office, once

# A list taken away is filtered by scope like the list itself (tests/central/reports/test_scope.py).
ABOUT_ORDERS = [one for one in OPERATIONS if one.subjects and not one.path.startswith("/api/v1/kept-exports")]
# What a body must hold beside the subject, for the operations that are told it in their body.
BODIES: dict[str, dict[str, object]] = {
    "quoteRefund": {},
    "requestRefund": {"reason": "rain"},
    "refundByHand": {"reason": "rain", "fee_fen": 1},
    "forceRefund": {"reason": "rain"},
}
SELLER, STRANGER = 1, 77


@dataclass(slots=True)
class Sold:
    """A client, who asks by it, and what belongs to one order of the window, which is a group's."""

    client: TestClient[web.Request, web.Application]
    asking: Asking
    numbers: dict[Subject, str]

    async def ask(self, operation: Operation, scope: DataScope, user: int, channel: str) -> tuple[int, Any]:
        """Ask as a person who may do everything within a scope; return the status and the body."""
        now = Instant(2**52)
        self.asking.who = Principal(user, "somebody", frozenset(ALL), False, scope, channel, now)
        path = operation.path.format(**{name: self.numbers.get(Subject(name), "1") for name in operation.path_names})
        said = {subject.value: self.numbers[subject] for subject in operation.subjects if subject not in operation.path_names}
        body = {**said, **BODIES[operation.operation_id]} if said else None
        headers = {"Authorization": "Bearer x", "Idempotency-Key": f"key-{scope}-{user:04}"}
        answer = await self.client.request(operation.method, path, json=body, headers=headers)
        return answer.status, await answer.json(content_type=None)


@pytest.fixture
async def sold(office: Office) -> AsyncIterator[Sold]:
    kind = await office.ticket_type()
    order = await office.sell(kind, quantity=2)
    desk = await AgencyDesk(office).open()
    async with office.store.transaction() as work:
        office.groups.add(work, Planned(order.order_id, desk.agency_id, 2, Charges.PLANNED, GUIDE))
    asked = WantedRefund(order.tickets[1].ticket_id, "rain")
    refund = await office.refunds.request(asked, once("refund-1"), office.seller, office.clock())
    app = office.application()
    asking = Asking(Principal(STRANGER, "nobody", frozenset(), must_change_password=False))
    app[AUTHENTICATOR] = asking
    numbers = {
        Subject.ORDER: str(order.order_id),
        Subject.TICKET: id_text(order.tickets[0].ticket_id),
        Subject.PAYMENT: "1",
        Subject.REFUND: str(refund.refund_id),
    }
    async with TestClient[web.Request, web.Application](TestServer(app)) as client:
        yield Sold(client, asking, numbers)


@pytest.mark.parametrize("operation", ABOUT_ORDERS, ids=lambda one: one.operation_id)
async def test_outside_the_scope_there_is_no_such_thing_and_inside_there_is(sold: Sold, operation: Operation) -> None:
    for scope, user, channel in ((DataScope.OWN, STRANGER, "window"), (DataScope.CHANNEL, STRANGER, "kiosk")):
        status, said = await sold.ask(operation, scope, user, channel)
        assert (status, said["code"]) == (404, "not_found"), scope
    for scope, user, channel in ((DataScope.OWN, SELLER, "kiosk"), (DataScope.CHANNEL, STRANGER, "window")):
        status, said = await sold.ask(operation, scope, user, channel)
        assert status != 404, (scope, said)


def test_each_body_that_names_a_subject_is_in_the_matrix() -> None:
    in_bodies = {one.operation_id for one in ABOUT_ORDERS if set(one.subjects) - set(one.path_names)}
    assert in_bodies == set(BODIES)
    assert {subject for one in ABOUT_ORDERS for subject in one.subjects} == set(Subject)
