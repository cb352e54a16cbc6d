"""What events say: a small model of each kind, with names, and the numbers by which a page reads the whole.

Laws: no event holds personal data of a visitor.
"""

from enum import StrEnum

from pydantic import BaseModel, Field

from central.domain.names import AgentName, CheckPointName, PersonName, SiteName, TicketTypeName
from central.domain.views import Moment, View
from central.live_events.kinds import AgentChange, ConflictChange, LiveKind
from central.payments.methods import Method
from central.payments.rules.payment_states import PaymentState
from central.refunds.service import RefundState
from central.reports.kept_exports import ExportState
from central.sales.rules.pricing import OrderState
from protocol.admission.passages import PassageState
from protocol.directions import Direction


class LiveName(StrEnum):
    """What an event is called: what it is about, or what becomes of the stream."""

    ADMISSION = "admission"
    REFUSAL = "refusal"
    CONFLICT = "conflict"
    AGENT = "agent"
    ALARM = "alarm"
    ORDER = "order"
    PAYMENT = "payment"
    REFUND = "refund"
    EXPORT = "export"
    READY = "ready"
    RIGHTS = "rights"
    RESET = "reset"
    END = "end"


class EndCause(StrEnum):
    """Why a stream ends: the session is over, the password must be changed first, or the server stops (connect again)."""

    SESSION_OVER = "session-over"
    PASSWORD_CHANGE = "password-change"  # noqa: S105 - no password
    SERVER_STOPS = "server-stops"


class _Event(View):
    told_at: Moment = Field(description="when central learned of it")


class _OfOrder(_Event):
    site: SiteName | None
    order_id: int
    seller: PersonName
    channel: str


class _OfTicket(_Event):
    site: SiteName
    ticket_id: str | None = Field(description="16 hexadecimal digits; empty where no ticket was recognised")
    ticket_type: TicketTypeName | None
    order_id: int | None


class AdmissionEvent(_OfTicket):
    """A release of an arm, or what became of it: the same `journal_number` and `sequence` again is the same release."""

    journal_number: int
    sequence: int
    agent: AgentName
    check_point: CheckPointName
    direction: Direction | None = Field(description="empty where only the outcome of an earlier release is told")
    persons: int | None = Field(description="empty where only the outcome of an earlier release is told")
    scanned_at: Moment
    state: PassageState


class RefusalEvent(_OfTicket):
    """A showing at which the arm stayed shut."""

    refusal_id: int
    agent: AgentName
    check_point: CheckPointName
    direction: Direction
    reason: str = Field(description="a word of the gate's version, which may be newer than central")
    scanned_at: Moment
    by_central: bool


class ConflictEvent(_OfTicket):
    """A conflict was found or settled, or a later fact explains it."""

    journal_number: int
    sequence: int
    change: ConflictChange


class AgentEvent(_Event):
    """What has changed about an agent."""

    site: SiteName
    agent: AgentName
    change: AgentChange


class AlarmEvent(_Event):
    """An alarm was raised, or a person has acknowledged it."""

    site: SiteName
    alarm_id: int
    agent: AgentName
    name: str
    acknowledged_by: PersonName | None = Field(description="empty: it was raised")


class OrderEvent(_OfOrder):
    """An order was paid or cancelled."""

    state: OrderState
    total_fen: int


class PaymentEvent(_OfOrder):
    """A payment was made, or has another state."""

    payment_id: int
    method: Method
    state: PaymentState
    amount_fen: int


class RefundEvent(_OfOrder):
    """A refund was asked for, or has another state."""

    refund_id: int
    ticket_id: str | None
    ticket_type: TicketTypeName | None
    state: RefundState
    persons: int
    amount_fen: int
    fee_fen: int


class ExportEvent(_Event):
    """How far an own export is."""

    export_id: int
    list_name: str
    state: ExportState
    rows_wanted: int
    rows_done: int


class HeardEvent(BaseModel):
    """What the caller hears from here on. `ready` begins a stream; `rights`: what the caller may hear has changed.

    `reset`: events before this one are lost to this stream; read again what the page shows.
    """

    kinds: list[LiveKind]


class EndEvent(BaseModel):
    """The last event of a stream."""

    cause: EndCause


Said = (
    AdmissionEvent
    | RefusalEvent
    | ConflictEvent
    | AgentEvent
    | AlarmEvent
    | OrderEvent
    | PaymentEvent
    | RefundEvent
    | ExportEvent
    | HeardEvent
    | EndEvent
)
VIEWS: dict[LiveKind, type[View]] = {
    LiveKind.ADMISSION: AdmissionEvent,
    LiveKind.REFUSAL: RefusalEvent,
    LiveKind.CONFLICT: ConflictEvent,
    LiveKind.AGENT: AgentEvent,
    LiveKind.ALARM: AlarmEvent,
    LiveKind.ORDER: OrderEvent,
    LiveKind.PAYMENT: PaymentEvent,
    LiveKind.REFUND: RefundEvent,
    LiveKind.EXPORT: ExportEvent,
}


class LiveEvent(BaseModel):
    """One event of the stream, as its lines say it: `event:` and `data:` (JSON)."""

    position: str = Field(description="`id:` of its lines; give the last one as `Last-Event-ID` or `after` to go on")
    event: LiveName
    data: Said


def frame(position: object, name: str, data: str) -> bytes:
    """Return an event as its lines."""
    return f"id: {position}\nevent: {name}\ndata: {data}\n\n".encode()


def sign_of_life(position: object) -> bytes:
    """Return a comment that keeps the connection open, with the position that the listener has reached."""
    return f": alive\nid: {position}\n\n".encode()
