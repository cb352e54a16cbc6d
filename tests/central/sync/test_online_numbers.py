"""A short number typed at a device without a cache: central finds the ticket by its id, as a gate does."""

from typing import Any

import pytest

from protocol.admission.verdict import Admit, Reason, Refuse
from protocol.identifiers import TicketId
from protocol.sync.messages import CredentialForm
from tests.builders.served import Central, Gate


async def outcome(gate: Gate, number: str, attempt: int, form: CredentialForm = CredentialForm.TYPED) -> str:
    """Type a number; return `admit` and the ticket, or the reason of the refusal."""
    verdict = await gate.ask_to_admit(attempt, number, form)
    if isinstance(verdict, Admit):
        return f"admit {verdict.ticket_id}"
    assert isinstance(verdict, Refuse), verdict
    return verdict.reason.value


def admitted(ticket: dict[str, Any]) -> str:
    return f"admit {TicketId(int(ticket['ticket_id'], 16))}"


@pytest.mark.law(2)
@pytest.mark.parametrize("form", [CredentialForm.TYPED, CredentialForm.CODE])
async def test_staff_admit_by_the_number_once(central: Central, adult: int, form: CredentialForm) -> None:
    handheld = await central.enrol(await central.add_check_point([adult], attended=True))
    ticket, other = await central.sell(adult, 2)
    assert await outcome(handheld, ticket["short_number"], 1, form) == admitted(ticket)
    assert await outcome(handheld, ticket["short_number"], 2, form) == Reason.USED_UP
    assert await outcome(handheld, ticket["code"], 3, CredentialForm.CODE) == Reason.USED_UP
    assert await outcome(handheld, other["short_number"], 4, form) == admitted(other)


async def test_at_a_gate_without_staff_the_number_proves_nothing(central: Central, adult: int) -> None:
    gate = await central.enrol(await central.add_check_point([adult]))
    (ticket,) = await central.sell(adult)
    assert await outcome(gate, ticket["short_number"], 1) == Reason.MALFORMED


@pytest.mark.parametrize("number", ["000000000098", "999999999951"], ids=["of no ticket", "above all ids"])
async def test_a_number_of_no_ticket_is_unknown(central: Central, adult: int, number: str) -> None:
    handheld = await central.enrol(await central.add_check_point([adult], attended=True))
    assert await outcome(handheld, number, 1) == Reason.UNKNOWN


async def test_the_number_of_another_sites_ticket_is_unknown_as_at_a_gate(central: Central, adult: int) -> None:
    handheld = await central.enrol(await central.add_check_point([adult], attended=True))
    elsewhere = await central.add_site()
    (ticket,) = await central.sell(await central.add_type(elsewhere), site=elsewhere)
    assert await outcome(handheld, ticket["short_number"], 1) == Reason.UNKNOWN


async def test_a_gate_finds_the_ticket_by_the_feed_that_central_published(central: Central, adult: int) -> None:
    gate = await central.enrol(await central.add_check_point([adult], attended=True))
    (ticket,) = await central.sell(adult)
    await gate.refresh_until(lambda one: bool(one.cache.tickets_numbered(ticket["short_number"])))
    assert gate.cache.tickets_numbered(ticket["short_number"]) == (TicketId(int(ticket["ticket_id"], 16)),)
    assert gate.cache.feed is not None
    assert gate.cache.feed.manifest.credential_count == 0
