"""What a gate would say to a visitor, asked before a type is sold: the answer of the one decision."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from central.devices.check_points import CheckPoints, CheckPointWish
from protocol.admission.policy import CheckPointState
from protocol.directions import Direction
from protocol.identifiers import SiteId, TicketTypeId
from tests.builders.central import DATABASE_FILE, sqlite_url
from tests.builders.office import Office, sign_in

ONCE = [{"check": "total-uses", "most": 1}]
REAL_NAME = {"is_real_name": True}
SLOTS = {
    "slots": [{"start": "14:00", "minutes": 60}],
    "entitlements": [{"sites": [1], "always": [*ONCE, {"check": "time-slot"}]}],
}
GROUP = {"group": {"minimum": 2, "maximum": 9}}
BEFORE = {"earlier": [{"scan_time": "2026-05-10T09:00:00", "check_point_id": 1}]}


@pytest.fixture(params=["sqlite"])
def store_url(tmp_path: Path, migrated_file: Path) -> str:
    """A gate's answer does not depend on the database."""
    shutil.copy(migrated_file, tmp_path / DATABASE_FILE)
    return sqlite_url(tmp_path)


def drafted(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON as people state it
    return {"name_zh": "票", "name_en": "Ticket", "entitlements": [{"sites": [1], "always": ONCE}], **more}


async def points(office: Office, *ticked: int) -> None:
    wish = CheckPointWish(
        zone=0,
        name_zh="东门",
        name_en="East",
        direction=Direction.ENTRY,
        state=CheckPointState.ENABLED,
        ticked=frozenset(TicketTypeId(number) for number in ticked),
        attended=False,
        reads_documents=True,
        agent=None,
    )
    await CheckPoints(office.store, lambda: None).add(SiteId(1), wish, office.seller, office.clock())


async def ask(office: Office, *bodies: dict[str, Any]) -> list[tuple[int, Any]]:
    asked = {"check_point_id": 1, "scan_time": "2026-05-10T10:00:00", "visit_day": "2026-05-10"}
    told = []
    async with office.client() as client:
        headers = await sign_in(client, office)
        for body in bodies:
            answer = await client.post("/api/v1/sites/1/admission-previews", json={**asked, **body}, headers=headers)
            told.append((answer.status, await answer.json()))
    return told


@pytest.mark.parametrize(
    ("parameters", "body", "said"),
    [
        ({}, {}, ("admit", None)),
        ({}, {"scan_time": "2026-05-11T10:00:00"}, ("refuse", "expired")),
        ({}, {"visit_day": "2026-05-12"}, ("refuse", "not_yet_valid")),
        ({}, BEFORE, ("refuse", "used_up")),
        (REAL_NAME, {}, ("ask-for-card", None)),
        (REAL_NAME, {"holder": "differs"}, ("refuse", "holder_mismatch")),
        (REAL_NAME, {"holder": "matches"}, ("admit", None)),
        (SLOTS, {"slot_start": "14:00:00"}, ("refuse", "wrong_slot")),
        (SLOTS, {"slot_start": "14:00:00", "scan_time": "2026-05-10T14:30:00"}, ("admit", None)),
        (GROUP, {"ticket_persons": 5, "persons": 5}, ("admit", None)),
    ],
)
async def test_a_drafted_type_is_decided_as_gates_would(
    office: Office, parameters: dict[str, Any], body: dict[str, Any], said: tuple[str, str | None]
) -> None:
    await points(office)
    ((status, found),) = await ask(office, {"parameters": drafted(**parameters), **body})
    assert (status, found["verdict"], found["reason"]) == (200, *said)
    assert all(found[name] for name in ("visitor_zh", "visitor_en", "staff_zh", "staff_en"))


async def test_a_saved_type_is_decided_by_what_check_points_are_ticked_for_and_by_the_sites_capacity(office: Office) -> None:
    one, other = await office.ticket_type(), await office.ticket_type()
    await points(office, one.type_id)
    site = (await office.catalog.all_sites())[0].parameters.model_copy(update={"capacity": 100})
    await office.catalog.change_site(SiteId(1), site, office.seller, office.clock())
    bodies = ({"ticket_type_id": one.type_id}, {"ticket_type_id": other.type_id}, {"ticket_type_id": one.type_id, "inside": 100})
    assert [found["reason"] for _, found in await ask(office, *bodies)] == [None, "wrong_gate", "site_full"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ticket_type_id": 9}, 404),
        ({"parameters": drafted(), "check_point_id": 9}, 404),
        ({"parameters": drafted(), "earlier": [{"scan_time": "2026-05-10T09:00:00", "check_point_id": 9}]}, 404),
        ({"parameters": drafted(), "slot_start": "14:00:00"}, 422),
        ({"parameters": drafted(), "ticket_type_id": 1}, 400),
        ({"parameters": drafted(), "scan_time": "2026-05-10T09:00:00Z"}, 400),
    ],
)
async def test_what_is_not_there_is_said(office: Office, body: dict[str, Any], status: int) -> None:
    await points(office)
    assert (await ask(office, body))[0][0] == status
