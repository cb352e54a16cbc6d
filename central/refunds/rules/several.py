"""Several tickets of an order that are refunded together: pure.

Laws: all are refunded or none; what is refused says of which ticket, and why; the sum that a visitor was told is the sum that
goes back, or the request is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from central.domain.problems import FieldFault, Problem, ProblemCode
from central.refunds.messages import REFUND_CHANGED, TICKET_NOT_REFUNDED
from central.refunds.rules.amounts import Reckoned

# One transaction makes them all void, and sales wait for it.
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Quoted:
    """What one of the tickets gives back, or why it gives nothing back. `ticket` is its number, as people read it."""

    ticket: str
    found: Reckoned | Problem


@dataclass(frozen=True, slots=True)
class Sums:
    """What the tickets that may be refunded come to."""

    persons: int
    paid_fen: int
    fee_fen: int
    amount_fen: int


def sums_of(quoted: Iterable[Quoted]) -> Sums:
    """Return the sums over the tickets that may be refunded."""
    found = [one.found for one in quoted if isinstance(one.found, Reckoned)]
    return Sums(
        persons=sum(one.persons for one in found),
        paid_fen=sum(one.paid_fen for one in found),
        fee_fen=sum(one.fee_fen for one in found),
        amount_fen=sum(one.amount_fen for one in found),
    )


def require_as_quoted(quoted: Sequence[Quoted], expected_fen: int) -> list[Reckoned]:
    """Return what each gives back; Problem where a ticket is refused, which names each of these, or where the sum is another."""
    refused = [(place, one.ticket, one.found) for place, one in enumerate(quoted) if isinstance(one.found, Problem)]
    if refused:
        _, ticket, problem = refused[0]
        said = TICKET_NOT_REFUNDED.of(ticket=ticket, why=problem.said)
        raise Problem(problem.code, said, fields=tuple(FieldFault(f"tickets.{place}", why.said) for place, _, why in refused))
    back_fen = sums_of(quoted).amount_fen
    if back_fen != expected_fen:
        raise Problem(ProblemCode.TOTAL_CHANGED, REFUND_CHANGED.of(back_fen=back_fen, expected_fen=expected_fen))
    return [one.found for one in quoted if isinstance(one.found, Reckoned)]
