"""What an order takes of the places and limits of its types, as pure rules.

Laws: places and limits count persons, not tickets; a person is known only by a keyed hash (law 9); all quotas are taken in one
order of keys, so that of two orders that want the same, one waits and neither is stuck.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from central.catalog.sale import KnownBy, PersonLimit, SaleRules, StockPer
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.sales.messages import PERSON_LIMIT_FOR_DAY, PERSON_LIMIT_IN_ALL, PHONE_NEEDED, PLACES_LEFT_FOR_DAY, SITE_ROOM_LEFT
from central.sales.rules.on_sale import NotSold, Unsold
from central.sales.rules.pricing import PricedLine, PromisedLine
from protocol.holders import normalised
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Minute

ALL_DAYS = date.min
NO_SLOT = Minute(0)
NO_PERSON = b""
WHOLE_LINE = -1
_ANY_TYPE = TicketTypeId(0)
_OF_SITE = b"site/"
_NO_LIMIT = 10**12
_CHINA = ("+86", "0086")

Digest = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, order=True)
class QuotaKey:
    """What is counted: the places of a day or slot (`person` empty), or what a person has of a type (`ALL_DAYS`: in all).

    Type 0 counts all that are sold for a day at the site that `person` names.
    """

    person: bytes
    ticket_type: TicketTypeId
    day: date
    slot_start: Minute


@dataclass(frozen=True, slots=True)
class Take:
    """So many persons of an order's line, or of one of its tickets, count against a quota of `most`. `field` caused it."""

    key: QuotaKey
    line: int
    number: int
    persons: int
    most: int
    field: str


@dataclass(frozen=True, slots=True)
class SiteDay:
    """How many persons may come to a site on a day; None does not restrict."""

    site: SiteId
    most: int | None

    def take(self, day: date, line: int, number: int, persons: int, field: str) -> Take:
        """Return the take of so many persons at the site on the day."""
        key = QuotaKey(_OF_SITE + str(self.site).encode(), _ANY_TYPE, day, NO_SLOT)
        return Take(key, line, number, persons, _NO_LIMIT if self.most is None else self.most, field)


def is_of_site(person: bytes) -> bool:
    """Return whether a key counts all persons who come to a site."""
    return person.startswith(_OF_SITE)


def site_takes(lines: Sequence[PricedLine], of: SiteDay) -> tuple[Take, ...]:
    """Return the takes of an order from the limits of its days; none where a day has no limit, and none for staff."""
    counted = [(place, one) for place, one in enumerate(lines) if one.ticket_type.parameters.counts_visitors]
    if of.most is None:
        return ()
    return tuple(of.take(one.wanted.visit, place, WHOLE_LINE, one.persons, f"lines.{place}.quantity") for place, one in counted)


def takes_of(
    lines: tuple[PricedLine, ...], promises: tuple[PromisedLine, ...], phone: str | None, digest: Digest
) -> tuple[Take, ...]:
    """Return all takes of an order; Problem where a limit goes by the buyer's phone and there is none."""
    return tuple(take for pair in zip(lines, promises, strict=True) for take in _takes_of_line(*pair, phone, digest))


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket's move to another day or slot of its type. `number`: which of its line's tickets it is, for quotas."""

    ticket_type: TicketTypeId
    line: int
    number: int
    day: date
    slot_start: Minute
    rules: SaleRules
    of_site: SiteDay


def place_after(move: Move, persons: int) -> tuple[Take, ...]:
    """Return what a moved ticket takes of the places of its new day or slot."""
    if move.rules.stock is None:
        return ()
    slot_start = move.slot_start if move.rules.stock.per is StockPer.SLOT else NO_SLOT
    key = QuotaKey(NO_PERSON, move.ticket_type, move.day, slot_start)
    return (Take(key, move.line, move.number, persons, move.rules.stock.places, "visit_day"),)


def purchase_after(move: Move, person: bytes, number: int, persons: int) -> Take:
    """Return what a moved ticket takes of one person's limit for the new day."""
    limit = move.rules.person_limit
    most = persons if limit is None or limit.a_day is None else limit.a_day
    number = move.number if number == WHOLE_LINE else number
    return Take(QuotaKey(person, move.ticket_type, move.day, NO_SLOT), move.line, number, persons, most, "visit_day")


def site_after(move: Move, persons: int) -> Take:
    """Return what a moved ticket takes of its new day's limit of persons."""
    return move.of_site.take(move.day, move.line, move.number, persons, "visit_day")


def in_order(keys: Iterable[QuotaKey]) -> list[QuotaKey]:
    """Return keys in the order in which they are taken: persons before places, because all buyers wait for places."""
    return sorted(keys, key=lambda key: (key.person == NO_PERSON or is_of_site(key.person), key))


def is_of_places(key: QuotaKey) -> bool:
    """Return whether a key counts places, of a day, a slot or a site, and not what one person has."""
    return key.person == NO_PERSON or is_of_site(key.person)


def left_of(take: Take, taken: Mapping[QuotaKey, int]) -> int:
    """Return how many persons the quota of a take still has room for."""
    return max(take.most - taken.get(take.key, 0), 0)


def places_left(takes: Iterable[Take], taken: Mapping[QuotaKey, int]) -> int | None:
    """Return how many places the quotas of these takes still have: slots together, within their day; None where not limited."""
    left = {take.key: left_of(take, taken) for take in takes if is_of_places(take.key)}
    of_slots = [places for key, places in left.items() if key.slot_start != NO_SLOT]
    of_days = [places for key, places in left.items() if key.slot_start == NO_SLOT]
    return min([*of_days, *([sum(of_slots)] if of_slots else [])], default=None)


def shortage(takes: Sequence[Take], taken: Mapping[QuotaKey, int]) -> NotSold | None:
    """Return the first of an order's takes that finds too little left; None where all find enough."""
    wanted: Counter[QuotaKey] = Counter()
    for take in takes:
        wanted[take.key] += take.persons
        if taken.get(take.key, 0) + wanted[take.key] > take.most:
            return short(take, left_of(take, taken))
    return None


def short(take: Take, left: int) -> NotSold:
    """Return why a take that finds only so much left is not sold."""
    day = take.key.day
    if take.key.person == NO_PERSON:
        return NotSold(Unsold.SOLD_OUT, take.field, PLACES_LEFT_FOR_DAY.of(left=left, day=day, wanted=take.persons))
    if is_of_site(take.key.person):
        return NotSold(Unsold.SITE_SOLD_OUT, take.field, SITE_ROOM_LEFT.of(left=left, day=day, wanted=take.persons))
    if day == ALL_DAYS:
        return NotSold(Unsold.PURCHASE_LIMIT, take.field, PERSON_LIMIT_IN_ALL.of(most=take.most, left=left))
    return NotSold(Unsold.PURCHASE_LIMIT, take.field, PERSON_LIMIT_FOR_DAY.of(most=take.most, day=day, left=left))


def refused(take: Take, left: int) -> Problem:
    """Return the problem of a take that finds only so much left."""
    return short(take, left).problem()


def _takes_of_line(line: PricedLine, promise: PromisedLine, phone: str | None, digest: Digest) -> Iterator[Take]:
    rules, where = line.ticket_type.parameters.sale, f"lines.{promise.line}"
    if rules.person_limit is not None:
        for number, person, persons, field in _persons(line, promise, phone, rules.person_limit.known_by, digest):
            for day, most in _limits(rules.person_limit, line.wanted.visit):
                key = QuotaKey(person, line.wanted.type_id, day, NO_SLOT)
                yield Take(key, promise.line, number, persons, most, field)
    if rules.stock is not None:
        slot_start = promise.window.slot_start if rules.stock.per is StockPer.SLOT else NO_SLOT
        key = QuotaKey(NO_PERSON, line.wanted.type_id, line.wanted.visit, slot_start)
        yield Take(key, promise.line, WHOLE_LINE, line.persons, rules.stock.places, f"{where}.quantity")


def _persons(
    line: PricedLine, promise: PromisedLine, phone: str | None, known_by: KnownBy, digest: Digest
) -> Iterator[tuple[int, bytes, int, str]]:
    where = f"lines.{promise.line}"
    if known_by is KnownBy.PHONE:
        if phone is None:
            raise wrong_field(ProblemCode.BUYER_REQUIRED, "buyer_phone", PHONE_NEEDED.of())
        yield WHOLE_LINE, digest(f"phone|{plain_phone(phone)}"), line.persons, f"{where}.quantity"
        return
    for place, holder in enumerate(promise.holders):
        document = holder.document
        person = digest(f"document|{document.kind.value}|{document.country}|{normalised(document.number)}")
        yield place // promise.persons, person, 1, f"{where}.holders.{place}.number"


def _limits(limit: PersonLimit, visit: date) -> Iterator[tuple[date, int]]:
    if limit.a_day is not None:
        yield visit, limit.a_day
    if limit.in_all is not None:
        yield ALL_DAYS, limit.in_all


def plain_phone(phone: str) -> str:
    """Return a phone number without China's prefix."""
    return next((phone.removeprefix(prefix) for prefix in _CHINA if phone.startswith(prefix)), phone)
