"""The names of things by their numbers: one query for each kind of thing that an answer names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlmodel import col

from central.domain.names import NameKind, Names, Numbers
from central.store.tables.agencies import AgencyRow
from central.store.tables.catalog import CategoryRow, SiteRow, TicketTypeRow
from central.store.tables.devices import AgentRow, CheckPointRow
from central.store.tables.faces import FaceRow
from central.store.tables.people import RoleRow, UserRow
from central.store.tables.promoters import PromoterGroupRow, PromoterRow
from central.store.unit_of_work import Store, Work

_Query = Select[*tuple[Any, ...]]


class _Titles(BaseModel):
    """What stands in the parameters of a site or a ticket type about its name; all else is passed over."""

    name_zh: str
    name_en: str = ""


class NamesOfThings:
    """Implements `domain.names.Naming`."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def names_of(self, numbers: Numbers, *, chinese: bool) -> Names:
        """Return the names of these numbers; a number that names nothing is left out."""
        async with self._store.querying() as work:
            return {kind: await _names(work, kind, wanted, chinese=chinese) for kind, wanted in numbers.items()}


async def _names(work: Work, kind: NameKind, wanted: Iterable[int], *, chinese: bool) -> Mapping[int, str]:
    query, name = _KINDS[kind]
    rows = (await (await work.connection()).execute(query.where(query.selected_columns[0].in_(sorted(wanted))))).all()
    return {number or 0: name(first, second, chinese) for number, first, second in rows}


def _in_language(chinese_name: str, english_name: str, chinese: bool) -> str:  # noqa: FBT001 - one row of the table below
    return chinese_name if chinese or not english_name else english_name


def _stated(parameters: str, _: str, chinese: bool) -> str:  # noqa: FBT001 - one row of the table below
    titles = _Titles.model_validate_json(parameters)
    return _in_language(titles.name_zh, titles.name_en, chinese)


def _first_given(name: str, otherwise: str, _: bool) -> str:  # noqa: FBT001 - one row of the table below
    return name or otherwise


_KINDS: dict[NameKind, tuple[_Query, Callable[[str, str, bool], str]]] = {
    NameKind.AGENCY: (select(col(AgencyRow.id), col(AgencyRow.name), col(AgencyRow.name)), _first_given),
    NameKind.AGENT: (select(col(AgentRow.id), col(AgentRow.name), col(AgentRow.name)), _first_given),
    NameKind.CATEGORY: (select(col(CategoryRow.id), col(CategoryRow.name_zh), col(CategoryRow.name_en)), _in_language),
    NameKind.CHECK_POINT: (select(col(CheckPointRow.id), col(CheckPointRow.name_zh), col(CheckPointRow.name_en)), _in_language),
    NameKind.FACE: (select(col(FaceRow.id), col(FaceRow.name), col(FaceRow.name)), _first_given),
    NameKind.PERSON: (select(col(UserRow.id), col(UserRow.full_name), col(UserRow.name)), _first_given),
    NameKind.PROMOTER: (select(col(PromoterRow.id), col(PromoterRow.name), col(PromoterRow.name)), _first_given),
    NameKind.PROMOTER_GROUP: (
        select(col(PromoterGroupRow.id), col(PromoterGroupRow.name), col(PromoterGroupRow.name)),
        _first_given,
    ),
    NameKind.ROLE: (select(col(RoleRow.id), col(RoleRow.name), col(RoleRow.name)), _first_given),
    NameKind.SITE: (select(col(SiteRow.id), col(SiteRow.rules), col(SiteRow.rules)), _stated),
    NameKind.TICKET_TYPE: (select(col(TicketTypeRow.id), col(TicketTypeRow.parameters), col(TicketTypeRow.parameters)), _stated),
}
