"""A person who changes a thing names the version that they read, in every operation that replaces or amends one.

The operations are those of the API's document: one that is added later is found here without being named.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.catalog.categories import CategoryWish
from central.devices import office_agent
from central.operations import OPERATIONS
from central.web.operations import Operation
from protocol.identifiers import SiteId
from tests.builders.api_document import api_document
from tests.builders.office import Office, sign_in
from tests.central.faces.faces_made import QR, stated

Json = Any
Client = TestClient[web.Request, web.Application]
Reply = tuple[int, Json]

# What a person proves by a secret of their own, or what has no state that another editor could have changed.
OF_SECRETS = {"changePassword", "confirmTotp", "setOwnPin", "setSupervisorPin", "setSupervisorCard"}
EDITS = [one for one in OPERATIONS if one.method in ("PUT", "PATCH") and one.body and one.operation_id not in OF_SECRETS]
GROUP_VALUES: dict[str, Json] = {"values": {}}


def body_schema(operation: Operation) -> Json:
    """The schema of an operation's body."""
    document = api_document()
    described = document["paths"][operation.path][operation.method.lower()]
    (content,) = described["requestBody"]["content"].values()
    return document["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]


@pytest.mark.parametrize("operation", EDITS, ids=lambda one: one.operation_id)
def test_a_body_names_the_version_and_a_replacement_every_field(operation: Operation) -> None:
    schema = body_schema(operation)
    demanded = set(schema["required"])
    assert "version" in demanded
    assert demanded == (set(schema["properties"]) if operation.method == "PUT" else {"version"})
    answers = api_document()["paths"][operation.path][operation.method.lower()]["responses"]
    assert "version_conflict" in answers["409"]["description"]


class Editors:
    """An office with one of each thing that people edit."""

    def __init__(self, office: Office, client: Client, headers: dict[str, str]) -> None:
        self.office, self.client, self.headers = office, client, headers

    async def ask(self, method: str, path: str, body: Json = None) -> Reply:
        answer = await self.client.request(method, path, json=body, headers=self.headers)
        return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def made(self, path: str, body: Json) -> Json:
        status, said = await self.ask("POST", path, body)
        assert status == 201, said
        return said

    async def ticket_type(self) -> tuple[str, Json]:
        await self.office.ticket_type()
        _, one = await self.ask("GET", "/api/v1/ticket-types/1")
        return "/api/v1/ticket-types/1", {name: one[name] for name in ("parameters", "price_fen", "is_on_sale")}

    async def sale(self) -> tuple[str, Json]:
        path, whole = await self.ticket_type()
        rules = {"rules": whole["parameters"]["sale"], "after_sale": whole["parameters"]["after_sale"]}
        return f"{path}/sale", {"price_fen": 1, "is_on_sale": True, **rules}

    async def category_of_type(self) -> tuple[str, Json]:
        return f"{(await self.ticket_type())[0]}/category", {"category_id": None}

    async def category(self) -> tuple[str, Json]:
        made = await self.office.categories.add(CategoryWish("日场", "Day", None, 0), 1, self.office.clock())
        whole = {"name_zh": "夜场", "name_en": "Night", "parent_id": None, "position": 1}
        return f"/api/v1/categories/{made.category_id}", whole

    async def site(self) -> tuple[str, Json]:
        (one,) = (await self.ask("GET", "/api/v1/sites"))[1]["items"]
        return "/api/v1/sites/1", {**one["parameters"], "capacity": 9}

    async def sale_setting(self) -> tuple[str, Json]:
        return "/api/v1/sale-settings/channel/window", {"all_types": True, "ticket_type_ids": []}

    async def setting_group(self) -> tuple[str, Json]:
        return "/api/v1/setting-groups/channel/online", {"members": ["kiosk"]}

    async def menu(self) -> tuple[str, Json]:
        _, menu = await self.ask("GET", "/api/v1/menu/arrangement")
        for group in menu["groups"]:
            group["pages"] = [{"key": page["key"], "is_hidden": page["is_hidden"]} for page in group["pages"]]
        return "/api/v1/menu/arrangement", {"groups": menu["groups"]}

    async def preferences(self) -> tuple[str, Json]:
        looks = {"language": "en", "theme": "dark", "density": "compact", "default_site_id": 1}
        view = {"list_key": "orders", "name": "韩梅梅", "filter": "state=paid&text=13800138000", "columns": None}
        return "/api/v1/session/preferences", {**looks, "pinned_pages": ["orders"], "views": [view]}

    async def role(self) -> tuple[str, Json]:
        whole = {"name": "checkers", "permissions": ["devices.read"], "scope": "own", "counter_scope": "own"}
        return f"/api/v1/roles/{(await self.made('/api/v1/roles', whole))['role_id']}", whole

    async def user(self) -> tuple[str, Json]:
        whole = {"full_name": "王芳", "channel": "window", "role_ids": []}
        made = await self.made("/api/v1/users", {"name": "wang", **whole})
        return f"/api/v1/users/{made['user']['user_id']}", whole

    async def agency(self) -> tuple[str, Json]:
        whole = {"site_id": 1, "name": "Spring", "contacts": [], "charges": "actual", "credit_limit_fen": 1, "is_disabled": False}
        return f"/api/v1/agencies/{(await self.made('/api/v1/agencies', whole))['agency_id']}", whole

    async def agency_prices(self) -> tuple[str, Json]:
        return f"{(await self.agency())[0]}/prices", {"prices": []}

    async def promoter_group(self) -> tuple[str, Json]:
        whole = {"name": "Hotels", "is_disabled": False}
        return f"/api/v1/promoter-groups/{(await self.made('/api/v1/promoter-groups', whole))['group_id']}", whole

    async def promoter(self) -> tuple[str, Json]:
        whole = {"kind": "firm", "name": "Inn", "group_id": None, "commission_per_mille": None, "is_disabled": False}
        return f"/api/v1/promoters/{(await self.made('/api/v1/promoters', whole))['promoter_id']}", whole

    async def check_point(self) -> tuple[str, Json]:
        whole = {
            "name_zh": "一号",
            "name_en": "One",
            "zone": 1,
            "direction": "entry",
            "state": "enabled",
            "ticked": [],
            "attended": True,
            "reads_documents": False,
            "agent_id": None,
        }
        made = await self.made("/api/v1/sites/1/check-points", whole)
        return f"/api/v1/check-points/{made['check_point_id']}", whole

    async def parameter_group(self) -> tuple[str, Json]:
        return "/api/v1/parameters/kiosk", GROUP_VALUES

    async def face(self) -> tuple[str, Json]:
        made = await self.made("/api/v1/faces", stated(QR))
        return f"/api/v1/faces/{made['face_id']}", {"template": stated(QR, name="新票面")}

    async def face_of_type(self) -> tuple[str, Json]:
        return f"{(await self.ticket_type())[0]}/face", {"face_id": None}

    async def face_of_site(self) -> tuple[str, Json]:
        return "/api/v1/sites/1/face", {"face_id": None}

    async def printer_offset(self) -> tuple[str, Json]:
        async with self.office.store.transaction() as work:
            agent = await office_agent.of_site(work, SiteId(1), self.office.clock())
        return f"/api/v1/agents/{agent}/printer-offsets/ticket", {"x_mm": 1.0, "y_mm": 0.0}


Setup = Callable[[Editors], Awaitable[tuple[str, Json]]]
# How to make a thing that each operation changes, and a change of it in full.
MADE: dict[str, Setup] = {
    "/api/v1/ticket-types/{ticket_type_id}": Editors.ticket_type,
    "/api/v1/ticket-types/{ticket_type_id}/sale": Editors.sale,
    "/api/v1/ticket-types/{ticket_type_id}/category": Editors.category_of_type,
    "/api/v1/categories/{category_id}": Editors.category,
    "/api/v1/sites/{site_id}": Editors.site,
    "/api/v1/sale-settings/{kind}/{name}": Editors.sale_setting,
    "/api/v1/setting-groups/{kind}/{name}": Editors.setting_group,
    "/api/v1/menu/arrangement": Editors.menu,
    "/api/v1/session/preferences": Editors.preferences,
    "/api/v1/roles/{role_id}": Editors.role,
    "/api/v1/users/{user_id}": Editors.user,
    "/api/v1/agencies/{agency_id}": Editors.agency,
    "/api/v1/agencies/{agency_id}/prices": Editors.agency_prices,
    "/api/v1/promoter-groups/{group_id}": Editors.promoter_group,
    "/api/v1/promoters/{promoter_id}": Editors.promoter,
    "/api/v1/check-points/{check_point_id}": Editors.check_point,
    "/api/v1/parameters/{group}": Editors.parameter_group,
    "/api/v1/faces/{face_id}": Editors.face,
    "/api/v1/ticket-types/{ticket_type_id}/face": Editors.face_of_type,
    "/api/v1/sites/{site_id}/face": Editors.face_of_site,
    "/api/v1/agents/{agent_id}/printer-offsets/{name}": Editors.printer_offset,
}


@pytest.fixture
async def editors(office: Office, client: Client) -> Editors:
    return Editors(office, client, await sign_in(client, office))


@pytest.mark.parametrize("operation", EDITS, ids=lambda one: one.operation_id)
async def test_of_two_editors_at_the_same_moment_one_wins(operation: Operation, editors: Editors) -> None:
    path, whole = await MADE[operation.path](editors)
    body = {"version": 0, **whole}
    replies = await asyncio.gather(*(editors.ask(operation.method, path, body) for _ in range(2)))
    (won, _), (lost, problem) = sorted(replies, key=lambda one: one[0])
    assert (won // 100, lost, problem["code"]) == (2, 409, "version_conflict"), problem
    assert problem["detail"].startswith("person-0 changed "), problem
    again, said = await editors.ask(operation.method, path, {**body, "version": 1})
    assert again // 100 == 2, said
