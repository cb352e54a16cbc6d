"""The list of admission records (检票记录): each release of an arm, and its outcome."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import literal_column
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from central.issuing.tickets import id_text
from central.reports.filters import Narrowed, equal, equal_to_rare
from central.reports.listing import EACH, Column, Kind, Listing, sums
from central.reports.words import CHANNELS, DIRECTIONS, FLAGS, PASSAGE_KINDS, PASSAGE_STATES
from central.sales.data_scope import Conditions
from central.store.tables.journals import JournalRow
from central.store.tables.reports import AdmissionRecordRow
from central.store.unit_of_work import Work
from protocol.admission.passages import PassageState

NO_FLAGS = json.dumps(())


@dataclass(frozen=True, slots=True)
class AdmissionRecord:
    """A release, with the id of its journal."""

    row: AdmissionRecordRow
    journal_id: bytes

    @property
    def state(self) -> PassageState:
        """Return the outcome."""
        return PassageState(self.row.state)

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the special facts of the release, in the words of the gate's journal, without a check of the words."""
        return tuple(json.loads(self.row.flags))

    @property
    def ticket(self) -> str | None:
        """Return the ticket's id as people see it; None for a walk-in."""
        return id_text(self.row.ticket_id) if self.row.ticket_id else None


def _query(narrowed: Narrowed) -> Select[AdmissionRecordRow, bytes]:
    row = AdmissionRecordRow
    query = select(row, JournalRow.journal_id).join(JournalRow, col(JournalRow.number) == col(row.journal_number))
    return query.where(*_conditions(narrowed))


def _conditions(narrowed: Narrowed) -> Conditions:
    row, wanted = AdmissionRecordRow, narrowed.wanted
    return [
        *narrowed.sold(col(row.seller_id), col(row.channel)),
        *narrowed.during(col(row.site_id), col(row.scanned_at)),
        *equal((col(row.ticket_type_id), wanted.ticket_type_id)),
        *equal_to_rare(col(row.state), wanted.state, PassageState.PASSED),
        *equal((col(row.order_id), wanted.order_id), (col(row.check_point_id), wanted.check_point_id)),
        *equal((col(row.ticket_id), wanted.ticket_id), (col(row.supervisor_id), wanted.supervisor_id)),
        *_flagged(wanted.flag),
    ]


def _flagged(flag: str | None) -> Conditions:
    """Return the condition that a release has a flag; releases with any flag are few, and have an index of their own."""
    if flag is None:
        return []
    return [
        col(AdmissionRecordRow.flags) != literal_column(f"'{NO_FLAGS}'"),
        col(AdmissionRecordRow.flags).contains(json.dumps(flag), autoescape=True),
    ]


async def _items(_work: Work, rows: Sequence[tuple[AdmissionRecordRow, bytes]]) -> tuple[AdmissionRecord, ...]:
    return tuple(AdmissionRecord(record, journal_id) for record, journal_id in rows)


async def _totals(work: Work, narrowed: Narrowed) -> Mapping[str, int]:
    row = AdmissionRecordRow
    query = select(row).where(*_conditions(narrowed))
    return await sums(work, query, releases=EACH, persons=col(row.persons), counted=col(row.counted))


ADMISSIONS: Listing[AdmissionRecord] = Listing(
    name="admissions",
    query=_query,
    keyset=(col(AdmissionRecordRow.scanned_at), col(AdmissionRecordRow.journal_number), col(AdmissionRecordRow.sequence)),
    items=_items,
    totals=_totals,
    key=lambda one: (one.row.scanned_at, one.row.journal_number, one.row.sequence),
    columns=(
        Column("检票时间", "Scanned at", Kind.TIME, lambda one, names: names.local(one.row.site_id, one.row.scanned_at)),
        Column("景区", "Site", Kind.TEXT, lambda one, names: names.sites[one.row.site_id]),
        Column("检票设备", "Check point", Kind.TEXT, lambda one, names: names.check_points.get(one.row.check_point_id)),
        Column("方向", "Direction", Kind.TEXT, lambda one, names: names.word(DIRECTIONS, one.row.direction)),
        Column("方式", "Kind", Kind.TEXT, lambda one, names: names.word(PASSAGE_KINDS, one.row.kind)),
        Column("结果", "State", Kind.TEXT, lambda one, names: names.word(PASSAGE_STATES, one.state)),
        Column("票号", "Ticket", Kind.TEXT, lambda one, _names: one.ticket),
        Column("票种", "Ticket type", Kind.TEXT, lambda one, names: names.ticket_types.get(one.row.ticket_type_id or 0)),
        Column("订单号", "Order", Kind.NUMBER, lambda one, _names: one.row.order_id),
        Column("售票员", "Seller", Kind.TEXT, lambda one, names: names.people.get(one.row.seller_id or 0)),
        Column("销售渠道", "Channel", Kind.TEXT, lambda one, names: names.word(CHANNELS, one.row.channel)),
        Column("放行人数", "Persons let in", Kind.NUMBER, lambda one, _names: one.row.persons),
        Column("计入人数", "Persons counted", Kind.NUMBER, lambda one, _names: one.row.counted),
        Column("标记", "Flags", Kind.TEXT, lambda one, names: ", ".join(names.word(FLAGS, flag) or "" for flag in one.flags)),
    ),
)
