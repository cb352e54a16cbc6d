"""What a drawer should hold, and the result of its count: pure.

Laws: whole fen; all counted cash leaves the drawer at the end of the shift, into the safe or to the next seller, so that a closed
shift holds nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from central.domain.problems import ProblemCode, wrong_field
from central.shifts.messages import LEFT_TO_TOGETHER, ONLY_COUNTED

NOTES_FEN = (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
_FLOAT = ("safe/", "handed/")
_SALES = "sales/"

# The other account, and what moved in from it and out to it (`payments.ledger`).
Flow = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Drawer:
    """What went into a drawer and out of it in a shift, by its cause; `other_fen` came for no ticket."""

    float_fen: int
    sold_fen: int
    refunded_fen: int
    other_fen: int
    handed_in_fen: int

    @property
    def expected_fen(self) -> int:
        """Return what the drawer should hold."""
        return self.float_fen + self.sold_fen - self.refunded_fen + self.other_fen - self.handed_in_fen


@dataclass(frozen=True, slots=True)
class Count:
    """The count: so many pieces of each note and coin by its fen, or, where there are none, the sum of all."""

    pieces: Mapping[int, int]
    sum_fen: int

    @property
    def fen(self) -> int:
        """Return what was counted in fen."""
        return sum(value * number for value, number in self.pieces.items()) if self.pieces else self.sum_fen


def drawer_of(flows: Iterable[Flow]) -> Drawer:
    """Return the drawer that follows from the movements of an open shift."""
    float_fen = sold = refunded = other = handed_in = 0
    for account, in_fen, out_fen in flows:
        if account.startswith(_SALES):
            sold, refunded = sold + in_fen, refunded + out_fen
        elif account.startswith(_FLOAT):
            float_fen, handed_in = float_fen + in_fen, handed_in + out_fen
        else:
            other += in_fen - out_fen
    return Drawer(float_fen, sold, refunded, other, handed_in)


def require_left(counted_fen: int, left_fen: int, left_to: int | None) -> None:
    """Raise Problem unless the seller may leave that for the next seller."""
    if left_fen > counted_fen:
        raise wrong_field(ProblemCode.INPUT_INVALID, "left_fen", ONLY_COUNTED.of(counted_fen=counted_fen))
    if (left_fen > 0) != (left_to is not None):
        raise wrong_field(ProblemCode.INPUT_INVALID, "left_to", LEFT_TO_TOGETHER.of())
