"""The lines of a file as what they would store, checked against what is there. Pure.

Laws: every line is checked, so that one look at the report finds all that is wrong; a line without findings can be stored.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TypeVar

from central.agencies.rules.contracts import ContractPrice
from central.imports.rules.columns import Entry
from central.imports.rules.findings import Finding, FindingCode
from protocol.identifiers import TicketTypeId

# The days that a contract price may have.
EVERY_DAY = date(2000, 1, 1), date(2199, 12, 30)
WINDOW = "window"
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,64}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]{0,64}")
_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,31}")
_PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_BETWEEN_ROLES = re.compile(r"[;；,，、|]")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to add."""

    name: str
    full_name: str
    channel: str
    role_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """The names that are taken, the roles by name, and those that the caller may not give."""

    taken: Collection[str]
    roles: Mapping[str, int]
    not_held: Collection[str]


@dataclass(frozen=True, slots=True)
class AgencyPrice:
    """A price of an agency."""

    agency_id: int
    price: ContractPrice


@dataclass(frozen=True, slots=True)
class KnownTrade:
    """Agencies and ticket types by name; several may have one name."""

    agencies: Mapping[str, Collection[int]]
    ticket_types: Mapping[str, Collection[int]]


def users_of(entries: Iterable[Entry], known: KnownPeople) -> tuple[tuple[NewUser, ...], tuple[Finding, ...]]:
    """Return the people of a file, and what is wrong with its lines."""
    users: list[NewUser] = []
    findings: list[Finding] = []
    seen: set[str] = set()
    for one in entries:
        roles = [word.strip() for word in _BETWEEN_ROLES.split(one["roles"]) if word.strip()]
        wrong = [Finding(one.line, column, code) for column, code in _wrong_user(one, roles, known, seen)]
        findings += wrong
        seen.add(one["name"].lower())
        if not wrong:
            role_ids = frozenset(known.roles[role] for role in roles)
            users.append(NewUser(one["name"], one["full_name"], one["channel"] or WINDOW, role_ids))
    return tuple(users), tuple(findings)


def prices_of(entries: Iterable[Entry], known: KnownTrade) -> tuple[tuple[AgencyPrice, ...], tuple[Finding, ...]]:
    """Return the prices of a file, and what is wrong with its lines. A price without days holds on every day."""
    prices: dict[tuple[int, int], list[AgencyPrice]] = {}
    findings: list[Finding] = []
    for one in entries:
        read, wrong = _price(one, known)
        alike = [] if read is None else prices.setdefault((read.agency_id, read.price.type_id), [])
        if read is not None and any(_overlap(read, other) for other in alike):
            wrong = [("ticket_type", FindingCode.TWICE)]
        findings += [Finding(one.line, column, code) for column, code in wrong]
        alike += [read] if read is not None and not wrong else []
    return tuple(chain.from_iterable(prices.values())), tuple(findings)


_Wrong = list[tuple[str, FindingCode]]
ReadT = TypeVar("ReadT")


def _wrong_user(one: Entry, roles: Iterable[str], known: KnownPeople, seen: Collection[str]) -> _Wrong:
    name = one["name"]
    wrong: _Wrong = []
    if name and not _NAME.fullmatch(name):
        wrong.append(("name", FindingCode.INVALID))
    elif name.lower() in seen:
        wrong.append(("name", FindingCode.TWICE))
    elif name in known.taken:
        wrong.append(("name", FindingCode.EXISTS))
    wrong += [] if name else [("name", FindingCode.REQUIRED)]
    wrong += [] if _PRINTABLE.fullmatch(one["full_name"]) else [("full_name", FindingCode.INVALID)]
    wrong += [] if _CHANNEL.fullmatch(one["channel"] or WINDOW) else [("channel", FindingCode.INVALID)]
    wrong += [("roles", FindingCode.NOT_FOUND) for role in roles if role not in known.roles]
    return wrong + [("roles", FindingCode.NOT_HELD) for role in roles if role in known.not_held]


def _price(one: Entry, known: KnownTrade) -> tuple[AgencyPrice | None, _Wrong]:
    wrong: _Wrong = []
    agency = _only("agency", known.agencies.get(one["agency"], ()), wrong)
    ticket_type = _only("ticket_type", known.ticket_types.get(one["ticket_type"], ()), wrong)
    price_fen = _read("price", one["price"], _fen, wrong)
    first = _read("first_day", one["first_day"], _day, wrong) if one["first_day"] else EVERY_DAY[0]
    last = _read("last_day", one["last_day"], _day, wrong) if one["last_day"] else EVERY_DAY[1]
    if agency is None or ticket_type is None or price_fen is None or first is None or last is None:
        return None, wrong
    if last < first:
        return None, [("last_day", FindingCode.INVALID)]
    return AgencyPrice(agency, ContractPrice(TicketTypeId(ticket_type), first, last, price_fen)), wrong


def _only(column: str, found: Collection[int], wrong: _Wrong) -> int | None:
    if len(found) == 1:
        return next(iter(found))
    wrong.append((column, FindingCode.AMBIGUOUS if found else FindingCode.NOT_FOUND))
    return None


def _read(column: str, text: str, read: Callable[[str], ReadT], wrong: _Wrong) -> ReadT | None:
    try:
        return read(text)
    except (ValueError, InvalidOperation):
        wrong.append((column, FindingCode.INVALID))
        return None


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not EVERY_DAY[0] <= day <= EVERY_DAY[1]:
        raise ValueError("not a day that a price may have")
    return day


def _fen(text: str) -> int:
    if not _PRICE.fullmatch(text) or not text.isascii():
        raise ValueError("not an amount in yuan")
    return int(Decimal(text) * 100)


def _overlap(one: AgencyPrice, other: AgencyPrice) -> bool:
    return one.price.first <= other.price.last and other.price.first <= one.price.last
