"""Sale settings (售票设置): which seller and which sales channel may sell which ticket type.

Laws: a channel without a setting sells nothing; a seller's own setting, where there is one, narrows what the channel may sell,
and sellers sell through their own channel only. Settings do not bind a person who holds `sales.sell-all`: so administrators, and
sellers who are set to all types, can sell a new type at once. Every change is audited.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, insert, select

from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.catalog.messages import CHANNEL_NOT_SET, NO_CHANNEL, NO_SELLER, OTHER_CHANNEL, SELLER_NOT_SET, TYPE_NOT_ALLOWED
from central.catalog.service import ticket_types
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.saying import Said
from central.identity.setting_groups import SettingGroupKind, members_of
from central.store.tables.catalog import SaleSettingRow, SaleSettingTypeRow, TicketTypeRow
from central.store.tables.people import UserRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_or_replace
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant

_LAST_NUMBER = 2**63 - 1


class SellingPartyKind(StrEnum):
    """Whose setting it is. The words are stored and never change their meaning."""

    SELLER = "seller"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, order=True)
class SellingParty:
    """A seller by the user's number, or a channel by its name."""

    kind: SellingPartyKind
    name: str


@dataclass(frozen=True, slots=True)
class SaleSetting:
    """What a selling party may sell: all types, also those that are added later, or these types."""

    party: SellingParty
    all_types: bool
    types: frozenset[TicketTypeId]

    def allows(self, type_id: TicketTypeId) -> bool:
        """Return whether it may sell that type."""
        return self.all_types or type_id in self.types


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller, and the seller's channel. `sells_all`: settings do not bind this seller."""

    user_id: int
    channel: str
    sells_all: bool


@dataclass(frozen=True, slots=True)
class Targets:
    """The sellers and channels that are meant: these, and the members of these groups of sellers and of channels."""

    parties: Collection[SellingParty] = ()
    seller_groups: Collection[str] = ()
    channel_groups: Collection[str] = ()


Settings = Mapping[SellingParty, SaleSetting]


class SaleSettings:
    """Knows which seller and channel may sell which types."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def all_settings(self) -> tuple[SaleSetting, ...]:
        """Return all settings: channels, then sellers, by name."""
        async with self._store.reading() as work:
            found = await all_in(work)
        return tuple(found[party] for party in sorted(found))

    async def set(self, setting: SaleSetting, by: int, now: Instant, seen: int | None = None) -> SaleSetting:
        """Set what a selling party may sell; Problem where a type or the seller does not exist, or it was set meanwhile."""
        async with self._store.transaction() as work:
            await _require_party(work, setting.party)
            await versions.claim(work, subject_of(setting.party), seen)
            if missing := sorted(setting.types - set(await ticket_types(work, setting.types))):
                raise wrong_field(ProblemCode.INPUT_INVALID, "ticket_type_ids", NO_TICKET_TYPE.of(type_id=missing[0]))
            await _store_setting(work, setting, by, now)
        return setting

    async def copy(self, source: SellingParty, to: Targets, by: int, now: Instant) -> tuple[SaleSetting, ...]:
        """Give others the same setting; Problem where there is none to copy, or a seller or group does not exist."""
        async with self._store.transaction() as work:
            found = (await all_in(work)).get(source)
            if found is None:
                raise _not_set(source)
            targets = sorted(await _targets(work, to) - {source})
            copies = tuple(SaleSetting(target, found.all_types, found.types) for target in targets)
            for one in copies:
                await _require_party(work, one.party)
                await versions.claim(work, subject_of(one.party), None)
                await _store_setting(work, one, by, now)
        return copies

    async def delete(self, party: SellingParty, by: int, now: Instant) -> None:
        """Take a setting away, so that it is as if it had never been set; Problem where there is none."""
        async with self._store.transaction() as work:
            row = await work.session.get(SaleSettingRow, (party.kind.value, party.name), with_for_update=True)
            if row is None:
                raise _not_set(party)
            await versions.claim(work, subject_of(party), None)
            changes = changes_between(await _stored(work, party), None)
            await (await work.connection()).execute(delete(SaleSettingTypeRow).where(*_types_of(party)))
            await work.session.delete(row)
            await versions.record(work, now, by, Edit(subject_of(party), "sale-setting.delete", changes))

    async def sellable(self, seller: Seller) -> frozenset[TicketTypeId]:
        """Return the types on sale that a seller may sell."""
        async with self._store.reading() as work:
            on_sale = select(TicketTypeRow.id).where(col(TicketTypeRow.is_on_sale).is_(True))
            types = [TicketTypeId(number) for number in (await work.session.exec(on_sale)).all()]
            settings = await all_in(work)
        return frozenset(one for one in types if may_sell(seller, settings, one))


def subject_of(party: SellingParty) -> str:
    """Return how the audit and the versions name a setting."""
    return f"sale-setting:{party.kind}/{party.name}"


def require_allowed(settings: Settings, seller: Seller, channel: str, types: Sequence[TicketTypeId]) -> None:
    """Raise Problem where settings do not let a seller sell one of these types, line by line, through that channel."""
    if said := _channel_refusal(seller, channel):
        raise wrong_field(ProblemCode.SALE_NOT_ALLOWED, "channel", said)
    for place, type_id in enumerate(types):
        if said := sale_refusal(settings, seller, channel, type_id):
            raise wrong_field(ProblemCode.SALE_NOT_ALLOWED, f"lines.{place}.ticket_type_id", said)


def sale_refusal(settings: Settings, seller: Seller, channel: str, type_id: TicketTypeId) -> Said | None:
    """Return why settings do not let a seller sell a type through that channel; None where they do."""
    if said := _channel_refusal(seller, channel):
        return said
    return None if may_sell(seller, settings, type_id) else TYPE_NOT_ALLOWED.of(type_id=type_id)


async def all_in(work: Work) -> Settings:
    """Return all settings."""
    types: dict[SellingParty, set[TicketTypeId]] = {}
    for named in (await work.session.exec(select(SaleSettingTypeRow))).all():
        types.setdefault(SellingParty(SellingPartyKind(named.kind), named.name), set()).add(named.ticket_type_id)
    rows = (await work.session.exec(select(SaleSettingRow))).all()
    found = ((SellingParty(SellingPartyKind(row.kind), row.name), row.all_types) for row in rows)
    return {party: SaleSetting(party, all_types, frozenset(types.get(party, ()))) for party, all_types in found}


def may_sell(seller: Seller, settings: Settings, type_id: TicketTypeId) -> bool:
    """Return whether settings let a seller sell a type through the seller's channel."""
    of_channel = settings.get(SellingParty(SellingPartyKind.CHANNEL, seller.channel))
    own = settings.get(SellingParty(SellingPartyKind.SELLER, str(seller.user_id)))
    may = of_channel is not None and of_channel.allows(type_id) and (own is None or own.allows(type_id))
    return seller.sells_all or may


def _channel_refusal(seller: Seller, channel: str) -> Said | None:
    if seller.sells_all or channel == seller.channel:
        return None
    return OTHER_CHANNEL.of(own=seller.channel, wanted=channel) if seller.channel else NO_CHANNEL.of(wanted=channel)


async def _targets(work: Work, to: Targets) -> set[SellingParty]:
    sellers = await members_of(work, SettingGroupKind.SELLER, to.seller_groups)
    channels = await members_of(work, SettingGroupKind.CHANNEL, to.channel_groups)
    grouped = {SellingParty(SellingPartyKind.SELLER, one) for one in sellers} | {
        SellingParty(SellingPartyKind.CHANNEL, one) for one in channels
    }
    return grouped | set(to.parties)


async def _store_setting(work: Work, setting: SaleSetting, by: int, now: Instant) -> None:
    """Store a setting whose version this transaction has claimed."""
    kind, name = setting.party.kind.value, setting.party.name
    before = await _stored(work, setting.party)
    connection = await work.connection()
    values = {"kind": kind, "name": name, "all_types": setting.all_types}
    await insert_or_replace(connection, SaleSettingRow, ("kind", "name"), [values])
    await connection.execute(delete(SaleSettingTypeRow).where(*_types_of(setting.party)))
    if setting.types:
        rows = [{"kind": kind, "name": name, "ticket_type_id": one} for one in sorted(setting.types)]
        await connection.execute(insert(SaleSettingTypeRow), rows)
    changes = changes_between(before, _stated(setting.types, all_types=setting.all_types))
    edit = Edit(subject_of(setting.party), "sale-setting.set", changes)
    await versions.record(work, now, by, edit)


async def _stored(work: Work, party: SellingParty) -> dict[str, object] | None:
    row = SaleSettingRow
    query = select(row.all_types).where(col(row.kind) == party.kind.value, col(row.name) == party.name)
    all_types = (await work.session.exec(query)).first()
    if all_types is None:
        return None
    types = (await work.session.exec(select(SaleSettingTypeRow.ticket_type_id).where(*_types_of(party)))).all()
    return _stated(types, all_types=all_types)


def _stated(types: Collection[int], *, all_types: bool) -> dict[str, object]:
    return {"all_types": all_types, "ticket_type_ids": frozenset(types)}


def _types_of(party: SellingParty) -> tuple[ColumnElement[bool], ...]:
    return col(SaleSettingTypeRow.kind) == party.kind.value, col(SaleSettingTypeRow.name) == party.name


def _not_set(party: SellingParty) -> Problem:
    message = SELLER_NOT_SET if party.kind is SellingPartyKind.SELLER else CHANNEL_NOT_SET
    return Problem(ProblemCode.NOT_FOUND, message.of(name=party.name))


async def _require_party(work: Work, party: SellingParty) -> None:
    if party.kind is SellingPartyKind.CHANNEL:
        return
    number = int(party.name) if party.name.isdecimal() else 0
    if str(number) != party.name or number > _LAST_NUMBER or await work.session.get(UserRow, number) is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_SELLER.of(name=party.name))
