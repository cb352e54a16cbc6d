"""Numbers of things come with their names, in the reader's language, for each person who may read the record at all."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pydantic import BaseModel

from central.domain.names import Named, NameKind
from central.identity.permissions import Permission
from central.operations import OPERATIONS
from tests.builders.office import Office, sign_in

Client = TestClient[web.Request, web.Application]

# Numbers of what has no name: an order, a payment, a refund, a batch, a shift, a cart, an export, an entry, a planned change.
NAMELESS = re.compile(
    r"(order|payment|refund|batch|shift|cart|export|entry|entitlement|record|call|change|fault|difference|code)_id$"
)

# Views whose own number has another name than theirs.
OWN = {
    "ChangedTypeView": "ticket_type_id",
    "PreferencesView": "user_id",
    "PricesView": "agency_id",
    "SessionView": "user_id",
    "SupervisorView": "user_id",
    "PromoterGroupView": "group_id",
    "SiteFaceView": "site_id",
    "TicketFaceView": "face_id",
    "TypeFaceView": "ticket_type_id",
    "FacePictureView": "picture_id",
    "PictureElement": "picture_id",  # given back as people stated it
}


def answered(model: type[BaseModel], met: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Yield the models of an answer, each once."""
    if model in met:
        return
    met.add(model)
    yield model
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            yield from answered(inner, met)


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from models_in(inner)


def bare_numbers(model: type[BaseModel]) -> list[str]:
    """Return the fields that hold the number of a thing with a name, other than the thing that the model shows."""
    numbers = [name for name, field in model.model_fields.items() if field.annotation in (int, int | None)]
    bare = [name for name in numbers if re.search(r"_(id|by|to)$", name) and not NAMELESS.search(name)]
    if model.__name__.endswith(("Body", "Parameters")):
        return []  # what people state, given back as they stated it
    noun = re.sub(r"(?<!^)(?=[A-Z])", "_", re.sub(r"(View|Item)$", "", model.__name__)).lower()
    shown = OWN.get(model.__name__, f"{noun}_id")
    return [name for name in bare if name != shown]


class Planted(BaseModel):
    planted_id: int
    order_id: int
    seller_id: int
    closed_by: int | None


def test_a_bare_number_is_found() -> None:
    assert bare_numbers(Planted) == ["seller_id", "closed_by"]


def test_no_answer_has_a_bare_number_of_a_thing_that_has_a_name() -> None:
    met: set[type[BaseModel]] = set()
    models = [one for operation in OPERATIONS if operation.answer for one in answered(operation.answer, met)]
    assert {one.__name__: bare_numbers(one) for one in models if bare_numbers(one)} == {}


def test_each_kind_of_thing_is_named_by_one_class() -> None:
    assert sorted(one.kind.name for one in Named.__subclasses__()) == sorted(NameKind.__members__)


@pytest.mark.parametrize(
    ("language", "site", "ticket_type"),
    [("zh-CN", "牌坊镇", "成人票"), ("en", "Paifang Town", "Adult"), ("fr", "Paifang Town", "Adult")],
)
async def test_a_seller_reads_names_without_the_lists_of_them(
    office: Office, client: Client, language: str, site: str, ticket_type: str
) -> None:
    await office.ticket_type()
    headers = await sign_in(client, office, Permission.SALES_SELL, Permission.SALES_SELL_ALL)
    line = {"ticket_type_id": 1, "visit_day": date(2026, 5, 10).isoformat()}
    body = {"site_id": 1, "lines": [line], "expected_total_fen": 8_000, "method": "card_terminal"}
    reading = {**headers, "Idempotency-Key": "sale-0001", "Accept-Language": language}
    answer = await client.post("/api/v1/orders", json=body, headers=reading)
    order = await answer.json()
    assert (answer.status, order["site"]) == (201, {"id": 1, "name": site}), order
    assert order["tickets"][0]["ticket_type"] == {"id": 1, "name": ticket_type}
    assert order["seller"]["name"].startswith("person-")
    assert order["agency"] is None


async def test_a_number_that_names_nothing_is_shown_as_such(office: Office) -> None:
    numbers = {kind: frozenset({999}) for kind in NameKind}
    assert {kind: dict(found) for kind, found in (await office.names.names_of(numbers, chinese=True)).items()} == {
        kind: {} for kind in NameKind
    }
