"""What a seller is shown of the own day. Pure.

Laws: while the seller's shift is open, no sum is shown from which the cash in the drawer follows (`shifts.rows`): the seller
counts it first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from central.payments.methods import Method
from central.reports.rules.counting import Figures
from central.reports.rules.money import OfMethod


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """A seller's figures. `sold_fen`, `taken_fen`, `returned_fen` and the line of cash are left out while a shift is open."""

    orders: int
    tickets: int
    persons: int
    refunded_tickets: int
    sold_fen: int | None
    taken_fen: int | None
    returned_fen: int | None
    methods: tuple[OfMethod, ...]


def own_figures(figures: Figures, methods: Iterable[OfMethod], *, shift_is_open: bool) -> OwnFigures:
    """Return what the seller is shown."""
    counts = figures.orders, figures.tickets, figures.persons, figures.refunded_tickets
    if shift_is_open:
        return OwnFigures(*counts, None, None, None, tuple(one for one in methods if one.method is not Method.CASH))
    return OwnFigures(*counts, figures.sold_fen, figures.taken_fen, figures.returned_fen, tuple(methods))
