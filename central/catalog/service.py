"""Sites and ticket types: what people set up, and what gates hear of it.

Laws: each change of what gates decide by wakes the publisher after its commit; every change is audited; a type is never deleted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.catalog import holder_keys
from central.catalog.after_sale import AfterSaleRules
from central.catalog.holder_keys import HolderKeys
from central.catalog.messages import NUMBERS_USED_UP, TYPE_ARCHIVED
from central.catalog.parameters import SiteParameters, TicketTypeParameters
from central.catalog.sale import SaleRules
from central.catalog.ticket_type import TicketType
from central.domain.messages import NO_SITE, NO_TICKET_TYPE
from central.domain.ports import RandomBytes, Wake
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.catalog import SiteRow, TicketTypeRow
from central.store.unit_of_work import Store, Work
from protocol.admission.policy import SiteRules, TicketTypeRules
from protocol.holders import SITE_KEY_BYTES
from protocol.identifiers import U16_MAX, SiteId, TicketTypeId
from protocol.instants import Instant

TYPES_KEPT = 4_096
ARCHIVE, RESTORE = "ticket-type.archive", "ticket-type.restore"
_ARCHIVES = {ARCHIVE: True, RESTORE: False}


@dataclass(frozen=True, slots=True)
class Site:
    """A site by its number."""

    site_id: SiteId
    parameters: SiteParameters


@dataclass(frozen=True, slots=True)
class Sale:
    """The price per person, whether it is on sale, by which rules, and what may be done with sold tickets (None: unchanged)."""

    price_fen: int
    is_on_sale: bool
    rules: SaleRules | None = None
    after_sale: AfterSaleRules | None = None


class Catalog:
    """What is sold, and where."""

    def __init__(self, store: Store, seal: FieldSeal, random_bytes: RandomBytes, feed_has_work: Wake) -> None:
        """Take the store, the seal for site keys, randomness, and the function to call when gates must hear of a change."""
        self._store = store
        self._seal = seal
        self._random_bytes = random_bytes
        self._feed_has_work = feed_has_work

    async def add_site(self, parameters: SiteParameters, by: int | None, now: Instant) -> Site:
        """Add a site under the next number, with a holder key of its own."""
        async with self._store.transaction() as work:
            number = SiteId(next_number((await work.session.exec(select(func.max(SiteRow.id)))).one()))
            sealed = self._sealed(number, holder_keys.begun(self._random_bytes(SITE_KEY_BYTES), now))
            work.session.add(SiteRow(id=number, rules=parameters.model_dump_json(), holder_key_sealed=sealed, created_at=now))
            audit.record(work, now, by, "site.add", f"site:{number}", changes=changes_between(None, parameters))
            work.after_commit(self._feed_has_work)
        return Site(number, parameters)

    async def change_site(
        self, site_id: SiteId, parameters: SiteParameters, by: int, now: Instant, seen: int | None = None
    ) -> Site:
        """Replace a site's parameters; Problem where there is no such site, or it was changed since version `seen`."""
        subject = f"site:{site_id}"
        async with self._store.transaction() as work:
            await site(work, site_id)
            await versions.claim(work, subject, seen)
            row = await work.session.get_one(SiteRow, site_id, populate_existing=True)
            edit = Edit(subject, "site.change", changes_between(_site(row).parameters, parameters))
            row.rules = parameters.model_dump_json()
            work.session.add(row)
            await versions.record(work, now, by, edit)
            work.after_commit(self._feed_has_work)
        return Site(site_id, parameters)

    async def add_ticket_type(self, parameters: TicketTypeParameters, price_fen: int, by: int | None, now: Instant) -> TicketType:
        """Add a ticket type under the next number, on sale; Problem where it names a site or type that does not exist."""
        async with self._store.transaction() as work:
            number = TicketTypeId(next_number((await work.session.exec(select(func.max(TicketTypeRow.id)))).one()))
            await require_known(work, parameters, number)
            made = TicketType(number, parameters, price_fen, is_on_sale=True)
            stated = parameters.model_dump_json()
            work.session.add(TicketTypeRow(id=number, parameters=stated, price_fen=price_fen, is_on_sale=True, created_at=now))
            audit.record(work, now, by, "ticket-type.add", subject_of(number), changes=changes_between(None, stated_type(made)))
            work.after_commit(self._feed_has_work)
        return made

    async def change_sale(self, type_id: TicketTypeId, sale: Sale, by: int, now: Instant, seen: int | None = None) -> TicketType:
        """Set how a type is sold; sold tickets keep their price. `seen` is the version that the caller read, if any.

        Problem where there is no such type, it was changed meanwhile, or the rules do not fit it.
        """
        async with self._store.transaction() as work:
            return await put_sale(work, type_id, sale, by, now, seen)

    async def site(self, site_id: SiteId) -> Site:
        """Return a site; Problem where there is none of that number."""
        async with self._store.reading() as work:
            return await site(work, site_id)

    async def all_sites(self) -> tuple[Site, ...]:
        """Return all sites by number."""
        async with self._store.reading() as work:
            return await sites(work)

    async def all_ticket_types(self) -> tuple[TicketType, ...]:
        """Return all ticket types by number."""
        async with self._store.reading() as work:
            rows = (await work.session.exec(select(TicketTypeRow).order_by(col(TicketTypeRow.id)))).all()
        return tuple(ticket_type_of(row) for row in rows)

    async def holder_keys(self, work: Work, site_id: SiteId) -> HolderKeys:
        """Return the keys by which a site's gates know holders (law 9); Problem where there is no such site."""
        return self._opened(await work.session.get(SiteRow, site_id, populate_existing=True), site_id)

    async def holder_keys_held(self, work: Work, site_id: SiteId) -> HolderKeys:
        """Return the keys, locked against change to the end of the transaction.

        So a round sees all that was hashed by them or handed out.
        """
        row = await work.session.get(SiteRow, site_id, with_for_update={"read": True}, populate_existing=True)
        return self._opened(row, site_id)

    async def holder_keys_locked(self, work: Work, site_id: SiteId) -> HolderKeys:
        """Return the keys, locked for this transaction to change them."""
        # `FOR NO KEY UPDATE`: another transaction that has locked a ticket can still note its change under the site's number.
        row = await work.session.get(SiteRow, site_id, with_for_update={"key_share": True}, populate_existing=True)
        return self._opened(row, site_id)

    async def save_holder_keys(self, work: Work, site_id: SiteId, held: HolderKeys) -> None:
        """Store the keys of a site that this transaction has locked."""
        row = await work.session.get_one(SiteRow, site_id)
        row.holder_key_sealed = self._sealed(site_id, held)
        work.session.add(row)

    async def handed_out_key(self, work: Work, site_id: SiteId) -> tuple[int, bytes]:
        """Return the key that central hands to a new agent of the site, after its generation."""
        handed = (await self.holder_keys_held(work, site_id)).handed_out
        return handed.generation, handed.key

    async def renew_holder_key(self, work: Work, site_id: SiteId, now: Instant) -> None:
        """Make a new key, because another person may have the old ones (law 9). The caller audits why."""
        held = await self.holder_keys_locked(work, site_id)
        await self.save_holder_keys(work, site_id, holder_keys.with_new(held, self._random_bytes(SITE_KEY_BYTES), now))

    def _opened(self, row: SiteRow | None, site_id: SiteId) -> HolderKeys:
        if row is None:
            raise Problem(ProblemCode.NOT_FOUND, NO_SITE.of(site_id=site_id))
        return holder_keys.from_text(self._seal.open(row.holder_key_sealed, _key_place(site_id)))

    def _sealed(self, site_id: SiteId, held: HolderKeys) -> bytes:
        return self._seal.seal(holder_keys.to_text(held), _key_place(site_id))


async def sites(work: Work) -> tuple[Site, ...]:
    """Return all sites by number."""
    rows = (await work.session.exec(select(SiteRow).order_by(col(SiteRow.id)))).all()
    return tuple(_site(row) for row in rows)


async def site(work: Work, site_id: SiteId) -> Site:
    """Return a site; Problem where there is none of that number."""
    row = await work.session.get(SiteRow, site_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_SITE.of(site_id=site_id))
    return _site(row)


async def site_rules(work: Work, site_id: SiteId) -> SiteRules:
    """Return the rules that the site's feed carries."""
    return (await site(work, site_id)).parameters.stated(site_id)


async def ticket_types(work: Work, type_ids: Collection[TicketTypeId]) -> dict[TicketTypeId, TicketType]:
    """Return those of the types that exist."""
    rows = (await work.session.exec(select(TicketTypeRow).where(col(TicketTypeRow.id).in_(type_ids)))).all()
    return {row.id: ticket_type_of(row) for row in rows}


async def types_by_name(work: Work) -> dict[str, set[int]]:
    """Return all types by name, in either language."""
    found: dict[str, set[int]] = {}
    for row in (await work.session.exec(select(TicketTypeRow))).all():
        one = ticket_type_of(row)
        for name in {one.parameters.name_zh, one.parameters.name_en}:
            found.setdefault(name, set()).add(one.type_id)
    return found


async def ticket_types_of_site(work: Work, site_id: SiteId) -> dict[TicketTypeId, TicketType]:
    """Return the types that have a right at the site, by number."""
    rows = (await work.session.exec(select(TicketTypeRow).order_by(col(TicketTypeRow.id)))).all()
    return {one.type_id: one for one in map(ticket_type_of, rows) if site_id in one.parameters.sites}


async def uncounted_types(work: Work) -> frozenset[TicketTypeId]:
    """Return the types whose holders are not counted as visitors."""
    rows = (await work.session.exec(select(TicketTypeRow.id, TicketTypeRow.parameters))).all()
    return frozenset(TicketTypeId(type_id) for type_id, stated in rows if not _parameters(stated).counts_visitors)


async def put_sale(work: Work, type_id: TicketTypeId, sale: Sale, by: int, now: Instant, seen: int | None = None) -> TicketType:
    """Set how a type is sold, in the caller's transaction. Problem as for `Catalog.change_sale`."""
    row = await type_to_change(work, type_id, seen)
    after = TicketType(type_id, _with_rules(row, sale), sale.price_fen, sale.is_on_sale)
    await put_type(work, row, after, "ticket-type.sale", by, now)
    return after


async def type_to_change(work: Work, type_id: TicketTypeId, seen: int | None) -> TicketTypeRow:
    """Return a type, locked, of the version that the caller has seen (None: any).

    Problem where there is none, it was changed meanwhile, or it is archived.
    """
    row = await type_claimed(work, type_id, seen)
    if row.archived_at is not None:
        raise Problem(ProblemCode.CONFLICT, TYPE_ARCHIVED.of(type_id=type_id))
    return row


async def type_claimed(work: Work, type_id: TicketTypeId, seen: int | None) -> TicketTypeRow:
    """Return a type, locked, also one that is archived; otherwise as `type_to_change`."""
    if not (await work.session.exec(select(TicketTypeRow.id).where(TicketTypeRow.id == type_id))).first():
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
    await versions.claim(work, subject_of(type_id), seen)
    return await work.session.get_one(TicketTypeRow, type_id, with_for_update=True, populate_existing=True)


async def put_type(work: Work, row: TicketTypeRow, after: TicketType, action: str, by: int, now: Instant) -> None:
    """Store what a type is from now on, with its version and the audit of what changed; some actions archive or restore it."""
    is_archived = row.archived_at is not None
    before = {**stated_type(ticket_type_of(row)), "is_archived": is_archived}
    stands = _ARCHIVES.get(action, is_archived)
    edit = Edit(subject_of(row.id), action, changes_between(before, {**stated_type(after), "is_archived": stands}))
    if stands != is_archived:
        row.archived_at = now if stands else None
    row.price_fen, row.is_on_sale = after.price_fen, after.is_on_sale
    row.parameters = after.parameters.model_dump_json()
    work.session.add(row)
    await versions.record(work, now, by, edit)


async def require_sellable(work: Work, type_id: TicketTypeId, sale: Sale) -> TicketType:
    """Return a type; Problem where it does not exist, or could not be sold by these rules."""
    row = await work.session.get(TicketTypeRow, type_id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
    if row.archived_at is not None:
        raise Problem(ProblemCode.CONFLICT, TYPE_ARCHIVED.of(type_id=type_id))
    _with_rules(row, sale)
    return ticket_type_of(row)


async def rules_of_site(work: Work, site_id: SiteId) -> tuple[TicketTypeRules, ...]:
    """Return these types as gates know them: the feed's table, and the types whose tickets are in it."""
    return tuple(one.rules() for one in (await ticket_types_of_site(work, site_id)).values())


def _site(row: SiteRow) -> Site:
    return Site(row.id, SiteParameters.model_validate_json(row.rules))


def subject_of(type_id: TicketTypeId) -> str:
    """Return how the audit and the versions name a type."""
    return f"ticket-type:{type_id}"


def ticket_type_of(row: TicketTypeRow) -> TicketType:
    """Return the type that a row states."""
    return TicketType(row.id, _parameters(row.parameters), row.price_fen, row.is_on_sale)


@lru_cache(TYPES_KEPT)
def _parameters(stated: str) -> TicketTypeParameters:
    """Return what a text states; most texts are the same each time when they are read again."""
    return TicketTypeParameters.model_validate_json(stated)


def stated_type(one: TicketType) -> dict[str, object]:
    """Return all that people set of a type."""
    return {**dict(one.parameters), "price_fen": one.price_fen, "is_on_sale": one.is_on_sale}


def _with_rules(row: TicketTypeRow, sale: Sale) -> TicketTypeParameters:
    parameters = _parameters(row.parameters)
    rules, after_sale = sale.rules or parameters.sale, sale.after_sale or parameters.after_sale
    if misfit := parameters.misfit(rules):
        raise wrong_field(ProblemCode.INPUT_INVALID, "rules", misfit)
    return parameters.model_copy(update={"sale": rules, "after_sale": after_sale})


def next_number(highest: int | None) -> int:
    """Return the number after the highest that is given away; Problem where that was the last."""
    number = (highest or 0) + 1
    if number > U16_MAX:
        raise Problem(ProblemCode.CONFLICT, NUMBERS_USED_UP.of())
    return number


def _key_place(site_id: SiteId) -> SealedField:
    return SealedField("site", "holder_key", str(site_id))


async def require_known(work: Work, parameters: TicketTypeParameters, own: TicketTypeId) -> None:
    """Raise Problem where a type names a site or another type that does not exist."""
    known_sites = {one.site_id for one in await sites(work)}
    if missing := sorted(parameters.sites - known_sites):
        raise wrong_field(ProblemCode.INPUT_INVALID, "entitlements.sites", NO_SITE.of(site_id=missing[0]))
    named = {TicketTypeId(right.ticket_type) for right in parameters.entitlements if right.ticket_type} - {own}
    if unknown := sorted(named - set(await ticket_types(work, named))):
        raise wrong_field(ProblemCode.INPUT_INVALID, "entitlements.ticket_type", NO_TICKET_TYPE.of(type_id=unknown[0]))
