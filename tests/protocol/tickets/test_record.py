"""Where a code and its record agree, and the record made from a code alone."""

from dataclasses import replace

import pytest

from protocol.identifiers import KeyId, SiteId, TicketId, TicketTypeId
from protocol.instants import Minute
from protocol.tickets.claims import Claims, TicketFlags
from protocol.tickets.record import TicketState, agrees, from_claims
from tests.builders.admission import claims_of, record

CLAIMS = claims_of(record())


def test_what_a_code_says_of_itself_agrees() -> None:
    assert agrees(from_claims(CLAIMS), CLAIMS)
    assert from_claims(CLAIMS).state is TicketState.ACTIVE


@pytest.mark.law(2)
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (replace(CLAIMS, ticket_id=TicketId(1)), False),
        (replace(CLAIMS, issuing_site=SiteId(2)), False),
        (replace(CLAIMS, ticket_type=TicketTypeId(2)), False),
        (replace(CLAIMS, issued_at=Minute(1)), False),
        (replace(CLAIMS, flags=TicketFlags.GROUP), False),
        (replace(CLAIMS, not_before=Minute(1)), True),
        (replace(CLAIMS, not_after=Minute(CLAIMS.not_after + 9)), True),
        (replace(CLAIMS, key_id=KeyId(9)), True),
    ],
)
def test_anything_but_validity_and_key_must_be_equal(changed: Claims, expected: bool) -> None:  # noqa: FBT001 a column of the table
    assert agrees(record(), changed) is expected
