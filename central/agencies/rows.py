"""Agencies as rows.

Laws: names and phones of contacts are sealed at rest (law 9); an agency is locked before any change except of its funds.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, select

from central.agencies.messages import AGENCY_EXISTS, NO_AGENCY
from central.agencies.rules.contracts import Charges, ContractPrice
from central.domain.messages import NAME_TAKEN
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.sales.rules.pricing import AgreedPrice
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.agencies import AgencyPriceRow, AgencyRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at an agency, or a group's guide."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class AgencyWish:
    """What people set of an agency. `charges` says for which persons its groups pay."""

    site_id: SiteId
    name: str
    contacts: tuple[Contact, ...]
    charges: Charges
    credit_limit_fen: int
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency and its funds: a balance paid beforehand, and its debt on account (below zero: in its favour)."""

    agency_id: int
    wish: AgencyWish
    prepaid_fen: int
    owed_fen: int
    created_at: Instant


class AgencyState(StrEnum):
    """Whether an agency may buy."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class WantedAgencies:
    """A filter; a field that is left out does not restrict. `text` is a part of the name, in any case: contacts are sealed."""

    text: str | None = None
    state: AgencyState | None = None
    site_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on an agency's row."""
        row, found = AgencyRow, list[ColumnElement[bool]]()
        if self.text is not None:
            found.append(col(row.name).icontains(self.text, autoescape=True))
        if self.state is not None:
            found.append(col(row.is_disabled).is_(self.state is AgencyState.DISABLED))
        if self.site_id is not None:
            found.append(col(row.site_id) == self.site_id)
        return found


ALL_AGENCIES = WantedAgencies()


def write(work: Work, row: AgencyRow, wish: AgencyWish, seal: FieldSeal) -> None:
    """Write what people set into the row, which has its number."""
    row.site_id, row.name, row.charges = wish.site_id, wish.name, wish.charges
    row.credit_limit_fen, row.is_disabled = wish.credit_limit_fen, wish.is_disabled
    row.contacts_sealed = sealed(seal, wish.contacts, _at(row.id))
    work.session.add(row)


def agency_of(row: AgencyRow, seal: FieldSeal) -> Agency:
    """Return the agency of a row."""
    assert row.id is not None, "a stored agency has its number"
    wish = AgencyWish(
        site_id=row.site_id,
        name=row.name,
        contacts=opened(seal, row.contacts_sealed, _at(row.id)),
        charges=Charges(row.charges),
        credit_limit_fen=row.credit_limit_fen,
        is_disabled=row.is_disabled,
    )
    return Agency(row.id, wish, row.prepaid_fen, row.owed_fen, row.created_at)


async def existing(work: Work, agency_id: int, *, lock: bool = False) -> AgencyRow:
    """Return an agency's row as it is now; Problem where there is none."""
    row = await work.session.get(AgencyRow, agency_id, with_for_update=lock or None, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_AGENCY.of(agency_id=agency_id))
    return row


async def require_free(work: Work, name: str, own: int | None) -> None:
    """Raise Problem where another agency has the name."""
    found = (await work.session.exec(select(AgencyRow.id).where(AgencyRow.name == name))).first()
    if found is not None and found != own:
        fault = FieldFault("name", NAME_TAKEN.of())
        raise Problem(ProblemCode.CONFLICT, AGENCY_EXISTS.of(name=name), fields=(fault,))


async def prices_of(work: Work, agency_id: int) -> tuple[ContractPrice, ...]:
    """Return an agency's contract prices by type and day."""
    row = AgencyPriceRow
    query = select(row).where(row.agency_id == agency_id).order_by(col(row.ticket_type_id), col(row.first_day))
    found = (await work.session.exec(query)).all()
    return tuple(ContractPrice(one.ticket_type_id, one.first_day, one.last_day, one.price_fen) for one in found)


async def replace_prices(work: Work, agency_id: int, prices: tuple[ContractPrice, ...]) -> None:
    """Replace all contract prices of an agency by these."""
    await work.session.exec(delete(AgencyPriceRow).where(col(AgencyPriceRow.agency_id) == agency_id))
    work.session.add_all(
        AgencyPriceRow(
            agency_id=agency_id,
            ticket_type_id=one.type_id,
            first_day=one.first,
            last_day=one.last,
            price_fen=one.price_fen,
        )
        for one in prices
    )


def agreed(prices: tuple[ContractPrice, ...]) -> tuple[AgreedPrice, ...]:
    """Return contract prices as sales take them."""
    return tuple(AgreedPrice(one.type_id, one.first, one.last, one.price_fen) for one in prices)


def sealed(seal: FieldSeal, contacts: tuple[Contact, ...], place: SealedField) -> bytes:
    """Return contacts as they are stored."""
    return seal.seal(json.dumps([[one.name, one.phone] for one in contacts]), place)


def opened(seal: FieldSeal, kept: bytes, place: SealedField) -> tuple[Contact, ...]:
    """Return contacts as people gave them."""
    return tuple(Contact(name, phone) for name, phone in json.loads(seal.open(kept, place)))


def _at(agency_id: int | None) -> SealedField:
    return SealedField("agency", "contacts_sealed", str(agency_id))


async def numbers_by_name(work: Work) -> dict[str, set[int]]:
    """Return all agencies by name."""
    found: dict[str, set[int]] = {}
    for name, number in (await work.session.exec(select(AgencyRow.name, AgencyRow.id))).all():
        found.setdefault(name, set()).add(number or 0)
    return found
