"""The log over HTTP: operations in their chain, calls, faults.

Laws: nothing is purged by itself; a purge needs its own permission, the password again, and a chain that verifies.
"""

from dataclasses import asdict, replace
from typing import Annotated, Self

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from central.audit.linking import Chain
from central.audit.rules.changes import Detail, SaidChange, left_out, read, rest
from central.audit.search import AuditSearch, Between, WantedCalls, WantedFaults, WantedRecords
from central.domain.names import PersonName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.views import Hex, Moment, View, read_from
from central.web.languages import reads_chinese
from central.web.operations import Call, Route
from protocol.instants import from_datetime

AUDIT: web.AppKey[AuditSearch] = web.AppKey("audit", AuditSearch)
CHAIN: web.AppKey[Chain] = web.AppKey("chain", Chain)
# Named here, because identity, which lists all permissions, stands in a layer above.
READ, PURGE = "audit.read", "audit.purge"

UserNumber = Annotated[int, Field(ge=1, lt=2**63)]
RequestId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="X-Request-Id of the answer")]


class TimeFilter(BaseModel):
    """From one instant to another, both included."""

    model_config = ConfigDict(extra="forbid")

    request_id: RequestId | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def between(self) -> Between:
        """Return the time as the search takes it."""
        since = None if self.since is None else from_datetime(self.since)
        return Between(since, None if self.until is None else from_datetime(self.until))


class TimeQuery(TimeFilter, PageQuery):
    """A page of the log."""


class AuditRecordFilter(TimeFilter):
    """Which records. `action` may be a slice (`order`) or a whole action (`order.sell`)."""

    user_id: UserNumber | None = None
    action: Annotated[str | None, Field(pattern=r"^[a-z][a-z.-]{0,63}$")] = None
    subject: Annotated[str | None, Field(pattern=r"^[a-z-]+:[0-9a-zA-Z.-]{1,100}$", description="such as order:17")] = None

    def wanted(self) -> WantedRecords:
        """Return the filter as the search takes it."""
        return WantedRecords(self.user_id, self.action, self.subject, self.request_id, self.between())


class AuditRecordQuery(AuditRecordFilter, PageQuery):
    """A page of records."""


class CallQuery(TimeQuery):
    """Which calls: of a person, of an operation, or with a status of HTTP."""

    user_id: UserNumber | None = None
    operation_id: Annotated[str | None, Field(pattern=r"^[a-zA-Z]{1,64}$", description="such as sellOrder")] = None
    status: Annotated[int | None, Field(ge=100, le=599)] = None


class FaultQuery(TimeQuery):
    """Which faults; `kind` is the name of the exception."""

    kind: Annotated[str | None, Field(pattern=r"^[A-Za-z_.]{1,64}$")] = None


class PurgeBody(BaseModel):
    """The end of the time whose records are deleted."""

    model_config = ConfigDict(extra="forbid")

    before: AwareDatetime


class FieldChangeView(BaseModel):
    """A field that an act changed. Of long values the part that differs is shown, and how much of them is left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    field: Annotated[str, Field(description="Name of the field; fields within fields have a dot between their names.")]
    before: Annotated[object, Field(description="The value before. Null: there was none, or it is hidden.")]
    after: Annotated[object, Field(description="The value after. Null: there is none, or it is hidden.")]
    is_hidden: Annotated[bool, Field(description="Whether the values are secret or personal, so that they are not recorded.")]
    same: Annotated[int, Field(description="Items or characters left out before the part that is shown, the same in both.")]
    more_before: Annotated[int, Field(description="Items or characters of the value before, after the part that is shown.")]
    more_after: Annotated[int, Field(description="Items or characters of the value after, after the part that is shown.")]

    @classmethod
    def of(cls, one: SaidChange) -> Self:
        """Return the view of a change."""
        return cls(field=one.field, is_hidden=one.is_hidden, **asdict(one.shown))


def _views(detail: Detail) -> tuple[FieldChangeView, ...]:
    return tuple(FieldChangeView.of(one) for one in read(detail))


class AuditRecordView(View):
    """One act of a user or of the system; `batch` is its link of the chain, once there is one."""

    record_id: Annotated[int, read_from("id")]
    recorded_at: Moment
    user: PersonName | None
    action: str
    subject: str
    detail: Annotated[dict[str, str | int | None], BeforeValidator(rest)]
    changes: Annotated[
        tuple[FieldChangeView, ...],
        BeforeValidator(_views),
        read_from("detail"),
        Field(description="The fields that the act changed, with their values before and after."),
    ]
    changes_left_out: Annotated[
        int,
        BeforeValidator(left_out),
        read_from("detail"),
        Field(description="How many further fields the act changed, for which the record had no room."),
    ]
    request_id: str | None
    batch: int | None


class CallView(View):
    """One call of the API."""

    call_id: Annotated[int, read_from("id")]
    called_at: Moment
    request_id: str
    operation_id: str
    user: PersonName | None
    status: int
    duration_ms: int
    source: str


class FaultView(View):
    """One fault of ours, in full."""

    fault_id: Annotated[int, read_from("id")]
    failed_at: Moment
    request_id: str
    kind: str
    detail: str


class ChainView(View):
    """How the chain stands; `fault` names the first thing that is wrong."""

    batches: int
    records: int
    unlinked: int
    purged_batches: int
    head: Annotated[Hex, Field(description="SHA-256, hex: write it down elsewhere to prove the log later")]
    fault: str | None


class PurgeView(BaseModel):
    """What was deleted."""

    records: int


@Route("GET", "/api/v1/audit-records", READ)
async def list_audit_records(call: Call[None, AuditRecordQuery]) -> Page[AuditRecordView]:
    """List what people did, newest first."""
    asked = call.parameters
    rows = await call.request.app[AUDIT].records(asked.wanted(), from_cursor(asked.after), asked.one_more)
    return page_from(rows, asked, lambda row: (row.id or 0,), AuditRecordView.of)


@Route("GET", "/api/v1/calls", READ)
async def list_calls(call: Call[None, CallQuery]) -> Page[CallView]:
    """List calls of the API, newest first, as far as the level keeps them."""
    asked = call.parameters
    wanted = WantedCalls(asked.request_id, asked.user_id, asked.operation_id, asked.status, asked.between())
    rows = await call.request.app[AUDIT].calls(wanted, from_cursor(asked.after), asked.one_more)
    return page_from(rows, asked, lambda row: (row.id or 0,), CallView.of)


@Route("GET", "/api/v1/faults", READ)
async def list_faults(call: Call[None, FaultQuery]) -> Page[FaultView]:
    """List faults of ours in full, newest first."""
    asked = call.parameters
    wanted = WantedFaults(asked.request_id, asked.kind, asked.between())
    rows = await call.request.app[AUDIT].faults(wanted, from_cursor(asked.after), asked.one_more)
    return page_from(rows, asked, lambda row: (row.id or 0,), FaultView.of)


@Route("GET", "/api/v1/audit-chain", READ)
async def verify_audit_chain(call: Call[None, None]) -> ChainView:
    """Verify the whole chain of the log; reading it takes about a second for a million records."""
    report = await call.request.app[CHAIN].report()
    fault = None if report.fault is None else report.fault.text(chinese=reads_chinese(call.request.headers))
    return ChainView.model_validate({**asdict(replace(report, fault=None)), "fault": fault})


@Route("POST", "/api/v1/audit-records/purge", PURGE, problems=(ProblemCode.CONFLICT,), proved=True)
async def purge_audit_records(call: Call[PurgeBody, None]) -> PurgeView:
    """Delete old records of the log, batch by batch: those that ended before an instant; the chain goes on and records it."""
    chain, before = call.request.app[CHAIN], from_datetime(call.body.before)
    return PurgeView(records=await chain.purge(before, call.principal.user_id, call.now))


OPERATIONS = (list_audit_records, list_calls, list_faults, verify_audit_chain, purge_audit_records)
