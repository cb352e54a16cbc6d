"""Imports over HTTP: a file is the body itself; which permission it needs follows from what it holds."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.domain.field_messages import unfit
from central.domain.models import StrictModel
from central.domain.principal import Principal, ScopedNumber
from central.domain.problems import ProblemCode
from central.domain.views import View
from central.identity.permissions import Permission
from central.imports.messages import ORDER_FOR_NAMES_ONLY
from central.imports.rules.columns import ImportKind
from central.imports.rules.findings import TEXTS, Finding, FindingCode
from central.imports.service import Applied, Asked, Imports, Report
from central.sync.routes.agent_calls import read_body
from central.web.access import Access, require, require_seen
from central.web.languages import reads_chinese
from central.web.operations import SCOPE_GUARD, Call, Route

IMPORTS: web.AppKey[Imports] = web.AppKey("imports", Imports)
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 10 * 1024 * 1024
MOST_FINDINGS = 5_000
_PERMISSIONS = {
    ImportKind.USERS: Permission.USERS_EDIT,
    ImportKind.AGENCY_PRICES: Permission.AGENCIES_EDIT,
    ImportKind.GROUP_NAMES: Permission.AGENCIES_EDIT,
}


class ImportPath(StrictModel):
    """What the file holds."""

    kind: ImportKind
    order_id: Annotated[int | None, Field(ge=1, lt=2**63, description="the group order, for group names only")] = None

    @model_validator(mode="after")
    def _of_a_group(self) -> "ImportPath":
        if (self.order_id is None) == (self.kind is ImportKind.GROUP_NAMES):
            raise unfit(ORDER_FOR_NAMES_ONLY.of())
        return self


class ReportPath(StrictModel):
    """Which report."""

    report_id: Annotated[int, Field(ge=1, lt=2**63)]


class FindingView(View):
    """What is wrong with one cell, line or the file; `line` 0: the whole file."""

    line: Annotated[int, Field(description="counts from 1 as the file does; 0: the whole file")]
    column: Annotated[str, Field(description="the column's name; an unknown one as the file says it; empty: the whole line")]
    code: FindingCode
    text: str
    text_zh: str
    text_en: str


class ReportView(BaseModel):
    """What is wrong with a file; nothing of it is stored yet."""

    report_id: Annotated[int | None, Field(description="to be applied within an hour; null where something is wrong")]
    kind: ImportKind
    line_count: Annotated[int, Field(description="lines below the headers that are not empty")]
    finding_count: int
    findings: Annotated[list[FindingView], Field(description=f"by line, the first {MOST_FINDINGS}")]


class ImportedUserView(BaseModel):
    """A new person's one-time password, shown once."""

    name: str
    one_time_password: str


class AppliedView(BaseModel):
    """What was stored."""

    kind: ImportKind
    line_count: int
    passwords: list[ImportedUserView]


@Route(
    "POST",
    "/api/v1/imports/{kind}",
    Access.SIGNED_IN,
    problems=(ProblemCode.FORBIDDEN, ProblemCode.BODY_TOO_LARGE, ProblemCode.NOT_FOUND, ProblemCode.ORDER_STATE),
    uploads=(CSV, XLSX),
)
async def report_imports(call: Call[None, ImportPath]) -> ReportView:
    """Report line by line what is wrong with a file, before anything of it is stored.

    The body is the file itself, of at most 10 MiB and 50,000 lines: CSV in UTF-8 or GB18030, divided by commas, semicolons
    or tabs, or the first sheet of an XLSX file. The first line names the columns, in Chinese or English. `users` (500 at most)
    has name, full_name, channel, roles (by name, divided by semicolons). `agency-prices` has agency, ticket_type, price (in
    yuan), and where it does not hold every day first_day and last_day (2026-05-10); they replace the prices of that type.
    `group-names` has name, document_type, country (CN where empty), number; they replace the names of the group order.
    """
    kind, order_id = call.parameters.kind, call.parameters.order_id
    _require(kind, call.principal)
    if order_id is not None:
        await require_seen(call.request.app[SCOPE_GUARD], call.principal, ScopedNumber.ORDER, order_id)
    data = await read_body(call.request, MOST_BYTES)
    found = await call.request.app[IMPORTS].report(Asked(kind, order_id), data, call.principal, call.now)
    return _report_view(found, chinese=reads_chinese(call.request.headers))


@Route(
    "POST",
    "/api/v1/imports/{report_id}/apply",
    Access.SIGNED_IN,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.FORBIDDEN, ProblemCode.CONFLICT, ProblemCode.ORDER_STATE),
)
async def apply_import(call: Call[None, ReportPath]) -> AppliedView:
    """Apply a report: all of its lines are stored, or none where something has changed since."""
    imports, report_id = call.request.app[IMPORTS], call.parameters.report_id
    _require(await imports.kind(report_id, call.principal, call.now), call.principal)
    return _applied_view(await imports.apply(report_id, call.principal, call.now))


def _require(kind: ImportKind, who: Principal) -> None:
    require(_PERMISSIONS[kind], who)


def _report_view(found: Report, *, chinese: bool) -> ReportView:
    return ReportView(
        report_id=found.report_id,
        kind=found.kind,
        line_count=found.line_count,
        finding_count=found.finding_count,
        findings=[_finding_view(one, chinese=chinese) for one in found.findings[:MOST_FINDINGS]],
    )


def _finding_view(one: Finding, *, chinese: bool) -> FindingView:
    said = TEXTS[one.code].of()
    zh, en = said.text(chinese=True), said.text(chinese=False)
    return FindingView(line=one.line, column=one.column, code=one.code, text=zh if chinese else en, text_zh=zh, text_en=en)


def _applied_view(done: Applied) -> AppliedView:
    passwords = [ImportedUserView(name=name, one_time_password=password) for name, password in done.passwords.items()]
    return AppliedView(kind=done.kind, line_count=done.line_count, passwords=passwords)


OPERATIONS = (report_imports, apply_import)
