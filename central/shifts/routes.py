"""Sellers' shifts over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from central.catalog.parameters import SiteNumber
from central.domain.field_messages import unfit
from central.domain.models import StrictModel
from central.domain.names import PersonName, SiteName
from central.domain.problems import ProblemCode
from central.domain.texts import Reason, SearchText
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.payments.methods import Method
from central.shifts.messages import MUST_BE_NOTE, PIECES_ONCE, PIECES_OR_SUM
from central.shifts.rows import Shift
from central.shifts.rules.drawer import NOTES_FEN, Count
from central.shifts.service import OPENS_SHIFTS, CashShifts, Closing, Opening
from central.web.operations import Call, Route
from protocol.identifiers import SiteId

CASH_SHIFTS: web.AppKey[CashShifts] = web.AppKey("cash_shifts", CashShifts)
MOST_FEN = 10**10
MOST_PIECES = 100_000
_Fen = Annotated[int, Field(ge=0, le=MOST_FEN)]


class OpenShiftBody(StrictModel):
    """So much change (备用金), from the safe, or as the seller of `from_shift_id` left it."""

    site_id: SiteNumber
    float_fen: _Fen
    from_shift_id: RowNumber | None = None


class HandInBody(StrictModel):
    """How much goes to the safe (交款)."""

    amount_fen: Annotated[int, Field(ge=1, le=MOST_FEN)]


class PiecesBody(StrictModel):
    """So many pieces of one note or coin."""

    value_fen: Annotated[int, Field(json_schema_extra={"enum": list(NOTES_FEN)})]
    pieces: Annotated[int, Field(ge=1, le=MOST_PIECES)]

    @model_validator(mode="after")
    def _exists(self) -> "PiecesBody":
        if self.value_fen not in NOTES_FEN:
            raise unfit(MUST_BE_NOTE.of())
        return self


class CloseShiftBody(StrictModel):
    """The count: note by note, or the sum. `left_fen` of it stays in the drawer for the seller `left_to`."""

    pieces: Annotated[list[PiecesBody], Field(max_length=len(NOTES_FEN))] = []
    counted_fen: _Fen | None = None
    left_fen: _Fen = 0
    left_to: RowNumber | None = None
    note: Reason | None = None

    @model_validator(mode="after")
    def _is_counted_once(self) -> "CloseShiftBody":
        if bool(self.pieces) == (self.counted_fen is not None):
            raise unfit(PIECES_OR_SUM.of())
        if len({one.value_fen for one in self.pieces}) != len(self.pieces):
            raise unfit(PIECES_ONCE.of())
        return self

    def stated(self) -> Closing:
        """Return the closing as the service takes it."""
        count = Count({one.value_fen: one.pieces for one in self.pieces}, self.counted_fen or 0)
        return Closing(count, self.left_fen, self.left_to, self.note)


class ShiftPath(StrictModel):
    """Which shift."""

    shift_id: RowNumber


class SuccessorsQuery(StrictModel):
    """Which colleagues."""

    text: Annotated[SearchText | None, Field(description="a part of the name or the full name, in any case")] = None


class SuccessorsView(BaseModel):
    """Who may take over the drawer's cash: the first 200 by name."""

    items: list[PersonName]


class PiecesView(BaseModel):
    """So many pieces of one note or coin."""

    value_fen: int
    pieces: int


class TakenView(View):
    """What the seller took in the shift by a method."""

    method: Method
    payments: int
    amount_fen: int


def _in_order(pieces: dict[int, int]) -> list[PiecesView]:
    return [PiecesView(value_fen=value, pieces=number) for value, number in sorted(pieces.items(), reverse=True)]


class ClosedShiftView(View, alias_generator=within("drawer")):
    """How a shift ended. `expected_fen` is computed from its movements; `over_fen` below zero: the drawer was short (短款)."""

    closed_at: Annotated[Moment, read_from("at")]
    closed_by: Annotated[PersonName, read_from("by")]
    sold_fen: int
    refunded_fen: int
    other_fen: int
    handed_in_fen: int
    expected_fen: int
    counted_fen: int
    over_fen: int
    to_safe_fen: int
    left_fen: int
    left_to: PersonName | None
    left_until: Moment | None
    pieces: Annotated[list[PiecesView], BeforeValidator(_in_order)]
    note: str | None


class ShiftItem(View):
    """A shift in a list; while it is open, its movements are not shown."""

    shift_id: int
    site: SiteName
    seller: PersonName
    channel: str
    opened_at: Moment
    float_fen: int
    from_shift_id: int | None
    closed: ClosedShiftView | None


class ShiftView(ShiftItem):
    """A shift with what its seller took, by every method, once it is closed."""

    taken: list[TakenView]


@Route(
    "POST",
    "/api/v1/own-shift",
    OPENS_SHIFTS,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.SHIFT_STATE),
    once=True,
)
async def open_shift(call: Call[OpenShiftBody, None]) -> ShiftItem:
    """Open the own shift with change from the safe, or as another seller left it."""
    wanted = Opening(SiteId(call.body.site_id), call.body.float_fen, call.body.from_shift_id)
    return ShiftItem.of(await call.request.app[CASH_SHIFTS].open(wanted, call.principal, call.now))


@Route("GET", "/api/v1/own-shift", Permission.SALES_SELL, problems=(ProblemCode.SHIFT_STATE,))
async def read_own_shift(call: Call[None, None]) -> ShiftItem:
    """Read the own open shift; only the answer to the count says what the drawer should hold."""
    return ShiftItem.of(await call.request.app[CASH_SHIFTS].own(call.principal.user_id))


@Route("GET", "/api/v1/own-shift/successors", Permission.SALES_SELL, problems=(ProblemCode.SHIFT_STATE,))
async def read_successors(call: Call[None, SuccessorsQuery]) -> SuccessorsView:
    """Read the colleagues to whom the own open shift may leave cash, as `left_to` of its closing takes them."""
    shifts = call.request.app[CASH_SHIFTS]
    found = await shifts.successors(call.principal.user_id, call.parameters.text)
    return SuccessorsView(items=[PersonName.of(one) for one in found])


@Route(
    "POST",
    "/api/v1/own-shift/hand-ins",
    Permission.SALES_SELL,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.SHIFT_STATE,),
    idempotent=True,
)
async def hand_in_cash(call: Call[HandInBody, None]) -> ShiftItem:
    """Bring cash of the own drawer to the safe while the shift goes on."""
    shifts, seller = call.request.app[CASH_SHIFTS], call.principal.user_id
    return ShiftItem.of(await shifts.hand_in(call.body.amount_fen, seller, call.once, call.now))


@Route(
    "POST",
    "/api/v1/own-shift/close",
    Permission.SALES_SELL,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.SHIFT_STATE),
    once=True,
)
async def close_own_shift(call: Call[CloseShiftBody, None]) -> ShiftView:
    """Close the own shift: the answer says what was expected, and what is over or short."""
    shifts = call.request.app[CASH_SHIFTS]
    return await _view(shifts, await shifts.close_own(call.body.stated(), call.principal.user_id, call.now))


@Route(
    "POST",
    "/api/v1/shifts/{shift_id}/close",
    Permission.SHIFTS_SETTLE,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.SHIFT_STATE),
    once=True,
)
async def close_shift(call: Call[CloseShiftBody, ShiftPath]) -> ShiftView:
    """Close a shift that its seller has left open, by the count of the user who calls."""
    shifts, number = call.request.app[CASH_SHIFTS], call.parameters.shift_id
    return await _view(shifts, await shifts.close(number, call.body.stated(), call.principal, call.now))


@Route(
    "POST",
    "/api/v1/shifts/{shift_id}/put-left-cash-in-safe",
    Permission.SHIFTS_SETTLE,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.SHIFT_STATE),
    once=True,
)
async def put_left_cash_in_safe(call: Call[None, ShiftPath]) -> ShiftView:
    """Put into the safe what a shift left for the next seller."""
    shifts = call.request.app[CASH_SHIFTS]
    return await _view(shifts, await shifts.to_safe(call.parameters.shift_id, call.principal, call.now))


@Route("GET", "/api/v1/shifts/{shift_id}", Permission.SHIFTS_READ, problems=(ProblemCode.NOT_FOUND,))
async def read_shift(call: Call[None, ShiftPath]) -> ShiftView:
    """Read a shift's report."""
    shifts = call.request.app[CASH_SHIFTS]
    return await _view(shifts, await shifts.shift(call.parameters.shift_id, call.principal))


async def _view(shifts: CashShifts, shift: Shift) -> ShiftView:
    taken = [TakenView.of(one) for one in await shifts.taken(shift)]
    return ShiftView(**dict(ShiftItem.of(shift)), taken=taken)


OPERATIONS = (
    open_shift,
    read_own_shift,
    read_successors,
    hand_in_cash,
    close_own_shift,
    close_shift,
    put_left_cash_in_safe,
    read_shift,
)
