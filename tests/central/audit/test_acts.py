"""Every act that changes what people edit is recorded with each field's value before and after.

The acts are found in the code, and the edits in the API's document: one that is added later is found without being named.
"""

import ast
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.issuing.tickets import id_text
from central.web.operations import Operation
from tests.architecture.tree import ROOT, python_files
from tests.builders.office import Office, sign_in
from tests.central.api.test_versions import EDITS, MADE, Editors
from tests.central.faces.faces_made import QR, stated

Json = Any
Client = TestClient[web.Request, web.Application]

# Acts that change nothing that stood before: reading, signing in and out, selling, printing, moving money, and what only makes.
NO_CHANGE = {
    "activation.export",
    "agent.enrol",
    "agent.make-code",
    "agent.sell",
    "audit.purge",
    "bill.match",
    "buyer.read",
    "cart.drop",
    "cart.recall",
    "cart.suspend",
    "group.guide-read",
    "group.names-read",
    "holder-key.ready",
    "holder.read",
    "import.apply",
    "order.hold",
    "order.sell",
    "order.upgrade",
    "refund-batch.begin",
    "refund.override",
    "refund.request",
    "second-person.fail",
    "session.begin",
    "session.end",
    "session.prove",
    "shift.hand-in",
    "shift.open",
    "ticket.collect",
    "ticket.reprint",
    "totp.begin",
    "f'agency.{paying.kind}'",
}


def acts(source: str) -> Iterator[tuple[str, bool]]:
    """Yield each recorded act of a module: its name, or the expression that names it, and whether it states changes."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        changes = [ast.unparse(one.value) for one in node.keywords if one.arg == "changes"]
        match ast.unparse(node.func), node.args:
            case "audit.record" | "record", [_, _, _, named, *_]:
                yield _name(named), changes not in ([], ["()"])
            case "Edit" | "versions.Edit", [_, named, *further]:
                yield _name(named), [*map(ast.unparse, further), *changes] not in ([], ["()"])


def _name(named: ast.expr) -> str:
    return str(named.value) if isinstance(named, ast.Constant) else ast.unparse(named)


def acts_of_central() -> list[tuple[str, bool]]:
    own = ROOT / "central" / "audit" / "versions.py"
    return [act for path in python_files("central") if path != own for act in acts(Path(path).read_text())]


def without_changes(found: list[tuple[str, bool]]) -> set[str]:
    return {name for name, states_changes in found if not states_changes} - NO_CHANGE


def test_every_act_states_changes_or_is_known_to_change_nothing() -> None:
    found = acts_of_central()
    assert without_changes(found) == set()
    assert {name for name, states_changes in found if not states_changes} >= NO_CHANGE, "an act that is named here is gone"
    assert len(found) > 80


@pytest.mark.parametrize(
    "planted",
    [
        'audit.record(work, now, by, "gate.paint", "gate:1")',
        'audit.record(work, now, by, "gate.paint", "gate:1", changes=())',
        'audit.record(work, now, by, "gate.paint", "gate:1", colour=colour)',
        'await versions.record(work, now, by, Edit("gate:1", "gate.paint", ()), colour=colour)',
    ],
)
def test_a_planted_act_without_changes_is_found(planted: str) -> None:
    assert without_changes(list(acts(planted))) == {"gate.paint"}


def unnamed(records: list[Json]) -> list[str]:
    """The acts that name no field whose values before and after differ, and none that is hidden."""
    return [
        one["action"]
        for one in records
        if not any(change["is_hidden"] or change["before"] != change["after"] for change in one["changes"])
    ]


def test_planted_records_without_changes_are_found() -> None:
    same = {"field": "a", "before": 1, "after": 1, "is_hidden": False}
    assert unnamed([{"action": "a.b", "changes": []}, {"action": "a.c", "changes": [same]}]) == ["a.b", "a.c"]
    assert (
        unnamed([{"action": "a.d", "changes": [{**same, "after": 2}]}, {"action": "e", "changes": [{**same, "is_hidden": True}]}])
        == []
    )


# What is set otherwise, where the whole of `MADE` is as it stood.
OTHERWISE: dict[str, Json] = {
    "/api/v1/ticket-types/{ticket_type_id}": {"price_fen": 7777},
    "/api/v1/roles/{role_id}": {"name": "gate staff"},
    "/api/v1/sale-settings/{kind}/{name}": {"all_types": False},
    "/api/v1/users/{user_id}": {"full_name": "李雷"},
    "/api/v1/agencies/{agency_id}": {"credit_limit_fen": 2, "contacts": [{"name": "韩梅梅", "phone": "13800138000"}]},
    "/api/v1/promoter-groups/{group_id}": {"is_disabled": True},
    "/api/v1/promoters/{promoter_id}": {"name": "Hotel"},
    "/api/v1/check-points/{check_point_id}": {"attended": False},
    "/api/v1/parameters/{group}": {"values": {"idle_s": 90, "service_phone": "13800138000"}},
    "/api/v1/agencies/{agency_id}/prices": {
        "prices": [{"ticket_type_id": 1, "first_day": "2026-07-01", "last_day": "2026-07-31", "price_fen": 5000}]
    },
}


async def otherwise(operation: Operation, editors: Editors) -> Json:
    """The fields of a body that change something."""
    if operation.path.endswith("/face"):
        return {"face_id": (await editors.made("/api/v1/faces", stated(QR)))["face_id"]}
    if operation.path.endswith("/ticket-types/{ticket_type_id}/category"):
        wish = {"name_zh": "日场", "name_en": "Day", "parent_id": None, "position": 0}
        return {"category_id": (await editors.made("/api/v1/categories", wish))["category_id"]}
    if operation.path.endswith("/prices"):
        await editors.office.ticket_type()
    if operation.path.endswith("/menu/arrangement"):
        _, body = await editors.menu()
        return {"groups": body["groups"][::-1]}
    return OTHERWISE.get(operation.path, {})


@pytest.mark.parametrize("operation", EDITS, ids=lambda one: one.operation_id)
async def test_every_edit_is_recorded_with_values_before_and_after(operation: Operation, office: Office, client: Client) -> None:
    editors = Editors(office, client, await sign_in(client, office))
    path, whole = await MADE[operation.path](editors)
    changed = await otherwise(operation, editors)
    _, records = await editors.ask("GET", "/api/v1/audit-records?limit=1")
    last = records["items"][0]["record_id"] if records["items"] else 0
    status, said = await editors.ask(operation.method, path, {"version": 0, **whole, **changed})
    assert status // 100 == 2, said
    _, records = await editors.ask("GET", "/api/v1/audit-records?limit=20")
    new = [one for one in records["items"] if one["record_id"] > last]
    assert new, "an edit is recorded"
    assert unnamed(new) == []
    assert "13800138000" not in str(new)
    assert "韩梅梅" not in str(new)


def steps(ticket: str, user: str) -> list[tuple[str, str, Json]]:
    """Acts that change a thing without a version, each once, in an order in which they are possible."""
    return [
        ("POST", f"/api/v1/tickets/{ticket}/block", {"reason": "lost"}),
        ("POST", f"/api/v1/tickets/{ticket}/unblock", {"reason": "found"}),
        ("POST", f"/api/v1/tickets/{ticket}/extend", {"valid_until": "2026-12-31T16:00:00Z"}),
        ("POST", f"/api/v1/tickets/{ticket}/reissue", {"reason": "copied"}),
        ("POST", "/api/v1/ticket-types/1/archive", {"version": 0}),
        ("POST", "/api/v1/ticket-types/1/restore", {"version": 1}),
        ("POST", "/api/v1/ticket-types/1/copies", {"name_zh": "夜票", "name_en": "Night"}),
        ("POST", f"{user}/disable", None),
        ("POST", f"{user}/enable", None),
        ("POST", f"{user}/reset-password", None),
        ("PUT", "/api/v1/sites/1/supervisors/wang", None),
        ("DELETE", "/api/v1/sites/1/supervisors/wang", None),
        ("DELETE", user, None),
        ("PUT", "/api/v1/sale-settings/channel/window", {"version": 0, "all_types": False, "ticket_type_ids": []}),
        ("POST", "/api/v1/sale-settings/channel/window/copies", {"to": [{"kind": "channel", "name": "kiosk"}]}),
        ("DELETE", "/api/v1/sale-settings/channel/window", None),
        ("PUT", "/api/v1/setting-groups/channel/online", {"version": 0, "members": ["kiosk"]}),
        ("DELETE", "/api/v1/setting-groups/channel/online", None),
    ]


async def test_acts_without_a_version_are_recorded_alike(office: Office, client: Client) -> None:
    editors = Editors(office, client, await sign_in(client, office))
    ticket = (await office.sell(await office.ticket_type())).tickets[0]
    user, _ = await editors.user()
    done = steps(id_text(ticket.ticket_id), user)
    for method, path, body in done:
        status, said = await editors.ask(method, path, body)
        assert status // 100 == 2, (method, path, said)
    _, records = await editors.ask("GET", "/api/v1/audit-records?limit=200")
    acts_done = [one for one in records["items"] if one["action"] not in NO_CHANGE]
    assert len(acts_done) >= len(done)
    assert unnamed(acts_done) == []


@pytest.mark.parametrize("made", [Editors.category, Editors.role, Editors.face, Editors.check_point, Editors.promoter])
async def test_what_is_made_or_deleted_says_all_its_values(
    made: Callable[[Editors], Awaitable[tuple[str, Json]]], office: Office, client: Client
) -> None:
    editors = Editors(office, client, await sign_in(client, office))
    path, _ = await made(editors)
    gone = path if made is not Editors.promoter else f"{path}/renew-code"
    status, said = await editors.ask("DELETE" if gone == path else "POST", gone)
    assert status // 100 == 2, said
    _, records = await editors.ask("GET", "/api/v1/audit-records?limit=2")
    assert unnamed([one for one in records["items"] if one["action"] not in NO_CHANGE]) == []
    assert any(one["action"].endswith((".delete", ".renew-code")) for one in records["items"])
