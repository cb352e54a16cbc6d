"""What an online decision reads and writes, in as few statements as its locks allow: two to read and one to write.

Tables of other slices stand in these statements, because a statement is a round trip and costs more than the decision itself; the
slices that own the rows still make and read them.
Laws: one statement locks the agent, then its tickets; the next one reads what depends on these locks, because a statement of
PostgreSQL that waited for a lock still sees all other tables as they were before it waited.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Insert,
    Select,
    Table,
    UpdateBase,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
    true,
    union_all,
    update,
)

from central.issuing.feed_rows import RECORD_COLUMNS, record_from
from central.store import counters
from central.store.columns import to_signed
from central.store.prepared import Prepared, among_numbers, the_numbers
from central.store.tables.metadata import METADATA
from central.store.unit_of_work import Work
from protocol.identifiers import AgentId, AttemptId, JournalId, SiteId, TicketId
from protocol.instants import Instant
from protocol.sync.replay import ReplayWindow
from protocol.tickets.record import TicketRecord

EVENTS_OF_A_RELEASE = 2  # an intent, and the outcome that goes with it

_agent, _ticket, _change = METADATA.tables["agent"], METADATA.tables["ticket"], METADATA.tables["ticket_change"]
_answer, _journal = METADATA.tables["online_answer"], METADATA.tables["journal"]
_event, _outbox = METADATA.tables["admission_event"], METADATA.tables["admission_outbox"]


@dataclass(frozen=True, slots=True)
class Locked:
    """An agent's replay window and some tickets, locked until the transaction ends."""

    window: ReplayWindow
    is_revoked: bool
    wipe: bool
    records: tuple[TicketRecord, ...]


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """A granted claim of another agent. `journalled_at` is the time up to which that agent's journal is known."""

    ticket_id: TicketId
    attempt_id: AttemptId
    agent: AgentId
    entitlement_id: int
    check_point_id: int
    persons: int
    scanned_at: Instant
    journalled_at: Instant


@dataclass(frozen=True, slots=True)
class StoredJournal:
    """A stored journal, and its last sequence."""

    number: int
    sequence: int


@dataclass(slots=True)
class Told:
    """What is stored of an attempt and of the locked tickets, and the version of the small tables.

    `answer` is the verdict's CBOR, `events` that of each event.
    """

    answer: bytes | None = None
    journal: StoredJournal | None = None
    events: dict[TicketId, list[bytes]] = field(default_factory=dict)
    claims: list[HeldClaim] = field(default_factory=list)
    sites: dict[TicketId, set[SiteId]] = field(default_factory=dict)
    tables_version: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """The two events of a release as rows, the journal that holds them, and the sites whose gates hear of it."""

    journal_number: int
    last_sequence: int
    events: tuple[Mapping[str, object], Mapping[str, object]]
    sites: frozenset[SiteId]


@dataclass(frozen=True, slots=True)
class Writing:
    """What a decision writes: the agent's window, the answer's row (None: answered before), and the release if there is one."""

    agent: AgentId
    window: ReplayWindow
    answer: Mapping[str, object] | None
    release: Release | None
    now: Instant


async def lock(work: Work, agent: AgentId, ticket_ids: Collection[TicketId]) -> Locked:
    """Lock an agent and tickets, in an order that is the same for all, and return them."""

    def read(connection: Connection) -> Locked:
        tickets = the_numbers(connection, [to_signed(one) for one in ticket_ids])
        rows = _LOCK.rows(connection, {"the_agent": agent, "the_tickets": tickets})
        highest, seen, revoked_at, wipe = rows[0][:4]
        records = tuple(record_from(*row[4:]) for row in rows if row[4] is not None)
        return Locked(ReplayWindow(highest, seen), revoked_at is not None, wipe, records)

    return await (await work.connection()).run_sync(read)


async def tell(work: Work, agent: AgentId, attempt: AttemptId, journal: JournalId, ticket_ids: Collection[TicketId]) -> Told:
    """Return what is stored of an attempt, of the agent's journal and of tickets that are locked."""

    def read(connection: Connection) -> Told:
        told = Told()
        tickets = the_numbers(connection, [to_signed(one) for one in ticket_ids])
        asked = {"the_agent": agent, "the_attempt": attempt, "the_journal": journal, "the_tickets": tickets}
        for row in _TELL.rows(connection, asked):
            _note(told, *row)
        return told

    return await (await work.connection()).run_sync(read)


async def write(work: Work, done: Writing) -> None:
    """Store what a decision writes."""
    said: dict[str, object] = {
        "the_agent": done.agent,
        "highest": done.window.highest,
        "bits": done.window.seen,
        "told_at": done.now,
        **{f"answer_{name}": value for name, value in (done.answer or {}).items()},
    }
    other_sites: list[SiteId] = []
    if done.release is not None:
        first_site, *other_sites = sorted(done.release.sites)
        said |= _of_release(done.release) | {"outbox_site": first_site}

    def store(connection: Connection) -> None:
        # SQLite has no statement that writes several tables, and needs none: it has no round trips.
        statements, at_once = _statements(done)
        for statement in statements if connection.dialect.name == "sqlite" else (at_once,):
            statement.run(connection, said)
        for site in other_sites:
            _TELL_SITE.run(connection, said | {"outbox_site": site})

    await (await work.connection()).run_sync(store)


def _statements(done: Writing) -> tuple[tuple[Prepared, ...], Prepared]:
    if done.answer is None:
        return (_SPEND,), _SPEND
    if done.release is None:
        return _ANSWERED, _ANSWERED_AT_ONCE
    return _RELEASED, _RELEASED_AT_ONCE


def _of_release(release: Release) -> dict[str, object]:
    said: dict[str, object] = {"journal_number": release.journal_number, "last_sequence": release.last_sequence}
    for number, row in enumerate(release.events):
        said |= {f"event_{number}_{name}": value for name, value in row.items()}
    return said


def _note(told: Told, kind: int, ticket_id: TicketId, data: bytes, *numbers: int) -> None:
    match kind:
        case 0:
            agent, entitlement, check_point, persons, scanned_at, journalled_at = numbers
            claim = HeldClaim(
                ticket_id,
                AttemptId(data),
                AgentId(agent),
                entitlement,
                check_point,
                persons,
                Instant(scanned_at),
                Instant(journalled_at),
            )
            told.claims.append(claim)
        case 1:
            told.events.setdefault(ticket_id, []).append(data)
        case 2:
            told.answer = data
        case 3:
            told.sites.setdefault(ticket_id, set()).add(SiteId(numbers[0]))
        case 4:
            told.journal = StoredJournal(numbers[0], numbers[1])
        case _:
            told.tables_version = numbers[0]


def _lock_statement(dialect: str) -> Select[Any]:
    known = ("replay_highest", "replay_seen", "revoked_at", "wipe")
    agents = select(*(_agent.c[name] for name in known)).where(_agent.c.id == bindparam("the_agent"))
    # Rows that refer to these may be written meanwhile: nothing here changes a key.
    locked_agent = agents.with_for_update(key_share=True).cte("locked_agent")
    # The count makes the agent's lock come first.
    first = select(func.count()).select_from(locked_agent).scalar_subquery() > 0
    tickets = select(*RECORD_COLUMNS).where(among_numbers(dialect, _ticket.c.id, "the_tickets"), first)
    locked_tickets = tickets.order_by(_ticket.c.id).with_for_update(key_share=True).cte("locked_tickets")
    return select(*locked_agent.c, *locked_tickets.c).select_from(locked_agent.outerjoin(locked_tickets, true()))


def _tell_statement(dialect: str) -> CompoundSelect[Any]:
    """Return one statement for all that a decision reads: (kind, ticket, data, six numbers), kinds as `_note` knows them."""
    by_agent: BindParameter[int] = bindparam("the_agent")
    claims = (
        select(
            literal_column("0"),
            _answer.c.ticket_id,
            _answer.c.attempt_id,
            *(_answer.c[name] for name in ("agent_id", "entitlement_id", "check_point_id", "persons", "scanned_at")),
            _agent.c.journalled_at,
        )
        .join(_agent, _agent.c.id == _answer.c.agent_id)
        .where(
            among_numbers(dialect, _answer.c.ticket_id, "the_tickets"),
            _answer.c.is_claim,
            _answer.c.granted,
            _answer.c.agent_id != by_agent,
        )
    )
    none: tuple[ColumnElement[int], ...] = (literal_column("0"),) * 6
    no_data = literal(b"")
    events = select(literal_column("1"), _event.c.ticket_id, _event.c.data, *none).where(
        among_numbers(dialect, _event.c.ticket_id, "the_tickets")
    )
    earlier = select(literal_column("2"), literal_column("0"), _answer.c.verdict, *none).where(
        _answer.c.agent_id == by_agent, _answer.c.attempt_id == bindparam("the_attempt")
    )
    sites = select(literal_column("3"), _change.c.ticket_id, no_data, _change.c.site_id, *none[1:]).where(
        among_numbers(dialect, _change.c.ticket_id, "the_tickets")
    )
    journals = select(literal_column("4"), literal_column("0"), no_data, _journal.c.number, _journal.c.sequence, *none[2:]).where(
        _journal.c.agent_id == by_agent, _journal.c.journal_id == bindparam("the_journal")
    )
    tables: Select[*tuple[Any, ...]] = select(
        literal_column("5"), literal_column("0"), no_data, counters.value_of(counters.SMALL_TABLES), *none[1:]
    )
    return union_all(claims, events, earlier, sites.distinct(), journals, tables)


def _all_columns(table: Table, prefix: str) -> dict[str, BindParameter[object]]:
    return {column.name: bindparam(f"{prefix}_{column.name}", type_=column.type) for column in table.c}


def _insert_both(table: Table, rows: list[dict[str, BindParameter[object]]]) -> Insert:
    """Return an insert of the rows by a select. An insert of several VALUES would be compiled again at each call."""
    return insert(table).from_select(list(rows[0]), union_all(*(select(*row.values()) for row in rows)))


def _outbox_row(number: int) -> dict[str, BindParameter[object]]:
    said = {"site_id": "outbox_site", "journal_number": "journal_number", "sequence": f"event_{number}_sequence"}
    return {name: bindparam(said_by, type_=_outbox.c[name].type) for name, said_by in said.items()}


_LOCK, _TELL = Prepared(_lock_statement), Prepared(_tell_statement)
_SPEND_WINDOW = (
    update(_agent)
    .where(_agent.c.id == bindparam("the_agent"))
    .values(replay_highest=bindparam("highest"), replay_seen=bindparam("bits"), last_seen_at=bindparam("told_at"))
)
_MOVE_HEAD = (
    update(_journal)
    .where(_journal.c.number == bindparam("journal_number"))
    .values(sequence=bindparam("last_sequence"), received_at=bindparam("told_at"))
)
_INSERT_EVENTS = _insert_both(_event, [_all_columns(_event, f"event_{number}") for number in range(EVENTS_OF_A_RELEASE)])
_INSERT_OUTBOX = _insert_both(_outbox, [_outbox_row(number) for number in range(EVENTS_OF_A_RELEASE)])
_INSERT_ANSWER = insert(_answer).values(_all_columns(_answer, "answer"))
_IN_ORDER = (_SPEND_WINDOW, _MOVE_HEAD, _INSERT_EVENTS, _INSERT_OUTBOX, _INSERT_ANSWER)


def _one(statement: UpdateBase) -> Prepared:
    return Prepared(lambda _dialect: statement)


_SPEND, _MOVE, _TELL_EVENTS, _TELL_SITE, _ANSWER = (_one(statement) for statement in _IN_ORDER)
_ANSWERED = (_SPEND, _ANSWER)
_RELEASED = (_SPEND, _MOVE, _TELL_EVENTS, _TELL_SITE, _ANSWER)
_ANSWERED_AT_ONCE = _one(_INSERT_ANSWER.add_cte(_SPEND_WINDOW.cte("spent")))
_RELEASED_AT_ONCE = _one(
    _INSERT_ANSWER.add_cte(
        _SPEND_WINDOW.cte("spent"), _MOVE_HEAD.cte("moved"), _INSERT_EVENTS.cte("events_told"), _INSERT_OUTBOX.cte("site_told")
    )
)
