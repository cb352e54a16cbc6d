"""Faces over HTTP: kept in versions, given to types and sites, printed; pictures and offsets."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.devices import office_agent
from central.domain.principal import DataScope
from central.faces.rules.facts import SAMPLE_CODE
from central.identity.service import Attempt
from central.issuing.tickets import id_text
from edge.devices.drivers.camera_decode import decode_frame
from protocol.identifiers import SiteId, TicketId
from tests.builders.office import Office, once, sign_in
from tests.central.faces.faces_made import QR, TEXT, Json, pixels_of, png_of, stated

Client = TestClient[web.Request, web.Application]
SHOWN = {"kind": "picture", "x_mm": 60, "y_mm": 4, "width_mm": 10, "height_mm": 10}


class Designer:
    """A person who makes faces."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def ask(
        self, method: str, path: str, body: object = None, status: int = 200, data: bytes | BytesIO | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Return the answer, of which the status is this one."""
        async with self.client.request(method, f"/api/v1/{path}", json=body, data=data, headers=self.headers) as answer:
            assert answer.status == status, await answer.text()
            is_png = answer.content_type == "image/png"
            return await answer.read() if is_png else await answer.json(content_type=None)

    async def add(self, *elements: Json, **paper: Any) -> int:  # noqa: ANN401 - JSON
        """Add a face; return its number."""
        number: int = (await self.ask("POST", "faces", stated(*elements, **paper), 201))["face_id"]
        return number

    async def choose(self, path: str, face_id: int | None) -> None:
        """Give a type or a site a face, as one who has read what it has now."""
        version = (await self.ask("GET", path))["version"]
        chosen = (await self.ask("PUT", path, {"version": version, "face_id": face_id}))["face"]
        assert (chosen or {"id": None})["id"] == face_id

    async def picture(self, name: str = "logo") -> int:
        """Add a picture; return its number."""
        number: int = (await self.ask("POST", f"face-pictures?name={name}", status=201, data=png_of(50, 40)))["picture_id"]
        return number


@pytest.fixture
async def designer(client: Client, office: Office) -> Designer:
    return Designer(client, await sign_in(client, office))


async def sold(office: Office) -> TicketId:
    return (await office.sell(await office.ticket_type())).tickets[0].ticket_id


async def test_each_change_makes_a_version_and_the_older_ones_stay(designer: Designer) -> None:
    number = await designer.add()
    changed = {"version": 0, "template": stated(QR, name="新票面")}
    after = await designer.ask("PUT", f"faces/{number}", changed)
    assert (after["version"], after["template"]["name"]) == (1, "新票面")
    assert await designer.ask("GET", f"faces/{number}") == after
    versions = (await designer.ask("GET", f"faces/{number}/versions"))["items"]
    assert [(one["version"], len(one["template"]["elements"])) for one in versions] == [(0, 8), (1, 1)]
    first = await designer.ask("GET", f"faces/{number}/versions?limit=1")
    rest = await designer.ask("GET", f"faces/{number}/versions?after={first['next']}")
    assert [first["items"], rest["items"], rest["next"]] == [versions[:1], versions[1:], None]


async def test_a_stale_change_names_who_was_first(designer: Designer, client: Client, office: Office) -> None:
    number = await designer.add()
    other = Designer(client, await sign_in(client, office, "catalog.edit", "catalog.read"))
    await other.ask("PUT", f"faces/{number}", {"version": 0, "template": stated(QR)})
    refused = await designer.ask("PUT", f"faces/{number}", {"version": 0, "template": stated(TEXT, QR)}, 409)
    assert refused["detail"] == "person-2 changed elements at 2026-05-10 02:00 UTC (face.change): read it again"
    assert (refused["code"], refused["errors"][0]["field"]) == ("version_conflict", "version")


async def test_what_is_wrong_with_a_face_names_the_element(designer: Designer) -> None:
    refused = await designer.ask("POST", "faces", stated(QR, {**TEXT, "x_mm": 50}, {**SHOWN, "picture_id": 9}), 400)
    assert [one["field"] for one in refused["errors"]] == ["elements.1.x_mm", "elements.2.picture_id"]
    small = await designer.ask("POST", "faces", stated(TEXT, {**QR, "size_mm": 15}), 400)
    assert [one["field"] for one in small["errors"]] == ["elements.1.qr.size_mm"]
    await designer.ask("POST", "faces", stated(*[TEXT] * 1_500), 400)
    await designer.ask("POST", "faces", stated(*[TEXT] * 10_000), 413)
    await designer.ask("POST", "faces", stated(QR, {**TEXT, "text": "票" * 10_000}), 400)
    await designer.add()
    assert (await designer.ask("POST", "faces", stated(), 409))["errors"][0]["field"] == "template.name"


async def test_a_face_in_use_is_shown_with_its_uses_and_stays(designer: Designer, office: Office) -> None:
    number, one = await designer.add(), await office.ticket_type()
    await designer.choose(f"ticket-types/{one.type_id}/face", number)
    await designer.choose("sites/1/face", number)
    (shown,) = (await designer.ask("GET", "faces"))["items"]
    assert (shown["ticket_types"], shown["sites"]) == ([{"id": 1, "name": "Adult"}], [{"id": 1, "name": "Paifang Town"}])
    refused = await designer.ask("DELETE", f"faces/{number}", status=409)
    assert refused["detail"] == "the face is that of ticket type 1, site 1; give them another one first"
    await designer.choose(f"ticket-types/{one.type_id}/face", None)
    await designer.choose("sites/1/face", None)
    await designer.ask("DELETE", f"faces/{number}", status=204)
    await designer.ask("GET", f"faces/{number}", status=404)


async def test_what_is_not_there_is_said(designer: Designer, office: Office) -> None:
    await office.ticket_type()
    for method, path, body in (
        ("GET", "faces/9", None),
        ("GET", "faces/9/versions", None),
        ("PUT", "faces/9", {"version": 0, "template": stated()}),
        ("DELETE", "faces/9", None),
        ("PUT", "ticket-types/1/face", {"version": 0, "face_id": 9}),
        ("PUT", "ticket-types/9/face", {"version": 0, "face_id": None}),
        ("PUT", "sites/1/face", {"version": 0, "face_id": 9}),
        ("PUT", "sites/9/face", {"version": 0, "face_id": None}),
        ("GET", "face-pictures/9", None),
        ("DELETE", "face-pictures/9", None),
        ("PUT", "agents/9/printer-offsets/a", {"version": 0, "x_mm": 0, "y_mm": 0}),
        ("GET", "agents/9/printer-offsets", None),
        ("GET", f"tickets/{'f' * 16}/print?dpi=203", None),
    ):
        assert (await designer.ask(method, path, body, 404))["code"] == "not_found"


@pytest.mark.parametrize(("dpi", "shape"), [(203, (959, 639)), (300, (1417, 945))])
async def test_a_ticket_is_printed_with_a_code_that_cameras_read(
    designer: Designer, office: Office, dpi: int, shape: tuple[int, int]
) -> None:
    ticket_id = await sold(office)
    await designer.choose("ticket-types/1/face", await designer.add())
    png = await designer.ask("GET", f"tickets/{id_text(ticket_id)}/print?dpi={dpi}")
    assert (png[24], png[25]) == (1, 0), "one bit a pixel, grey"
    dots = pixels_of(png)
    assert dots.shape == shape
    assert decode_frame(dots) == ((await office.issuing.ticket(ticket_id)).code.encode(),)
    assert await designer.ask("GET", f"tickets/{id_text(ticket_id)}/print?dpi={dpi}") == png


async def test_a_reprint_differs_from_the_first_print(designer: Designer, office: Office) -> None:
    one = await office.ticket_type(after_sale={"reprints": 3})
    ticket_id = (await office.sell(one)).tickets[0].ticket_id
    await designer.choose("sites/1/face", await designer.add(QR))
    path = f"tickets/{id_text(ticket_id)}/print?dpi=203"
    first = pixels_of(await designer.ask("GET", path))
    await office.reprints.reprint(ticket_id, "torn", once("reprint-1"), office.seller, office.clock())
    again = pixels_of(await designer.ask("GET", path))
    assert (first != again).any()
    assert decode_frame(again) == decode_frame(first)


async def test_the_types_face_comes_before_the_sites(designer: Designer, office: Office) -> None:
    path = f"tickets/{id_text(await sold(office))}/print?dpi=203"
    assert "has a face; give one a face" in (await designer.ask("GET", path, status=404))["detail"]
    await designer.choose("sites/1/face", await designer.add(QR, name="site"))
    assert pixels_of(await designer.ask("GET", path)).shape == (959, 639)
    own = await designer.add(QR, name="type", width_mm=60, height_mm=80)
    await designer.choose("ticket-types/1/face", own)
    assert pixels_of(await designer.ask("GET", path)).shape == (639, 480)


async def test_only_an_active_ticket_within_the_scope_is_printed(designer: Designer, client: Client, office: Office) -> None:
    ticket_id = await sold(office)
    await designer.choose("sites/1/face", await designer.add())
    path = f"tickets/{id_text(ticket_id)}/print?dpi=203"
    for dpi in ("?dpi=72", "?dpi=203&printer=a"):
        await designer.ask("GET", f"tickets/{id_text(ticket_id)}/print{dpi}", status=400)
    await office.issuing.block(ticket_id, office.seller, "lost", office.clock())
    assert (await designer.ask("GET", path, status=409))["code"] == "ticket_state"
    await office.issuing.unblock(ticket_id, office.seller, "found", office.clock())
    one_time = await office.add_person("own", "sales.read", scope=DataScope.OWN)
    attempt = await office.identity.sign_in(Attempt("own", one_time, "test"), office.clock())
    await office.identity.change_password(attempt.principal, one_time, "a long passphrase", office.clock())
    body = {"name": "own", "password": "a long passphrase", "bearer": True}
    own = await (await client.post("/api/v1/session", json=body)).json()
    await Designer(client, {"Authorization": f"Bearer {own['token']}"}).ask("GET", path, status=404)
    await designer.ask("GET", path)


async def test_an_offset_of_a_printer_moves_its_prints_and_the_query_comes_first(designer: Designer, office: Office) -> None:
    ticket_id = await sold(office)
    await designer.choose("sites/1/face", await designer.add())
    async with office.store.transaction() as work:
        agent = await office_agent.of_site(work, SiteId(1), office.clock())
    path = f"tickets/{id_text(ticket_id)}/print?dpi=203"
    plain = pixels_of(await designer.ask("GET", path))
    moved = pixels_of(await designer.ask("GET", f"{path}&x_mm=2.5&y_mm=5"))
    assert (moved[40:, 20:] == plain[:-40, :-20]).all()
    offsets = f"agents/{agent}/printer-offsets"
    await designer.ask("PUT", f"{offsets}/left", {"version": 0, "x_mm": 9, "y_mm": 9})
    put = await designer.ask("PUT", f"{offsets}/left", {"version": 1, "x_mm": 2.5, "y_mm": 5})
    assert (put["name"], put["x_mm"], put["y_mm"]) == ("left", 2.5, 5.0)
    await designer.ask("PUT", f"{offsets}/right", {"version": 0, "x_mm": 0, "y_mm": -1.25})
    assert [one["y_mm"] for one in (await designer.ask("GET", offsets))["items"]] == [5.0, -1.25]
    printer = f"&agent_id={agent}&printer=left"
    assert (pixels_of(await designer.ask("GET", path + printer)) == moved).all()
    assert (pixels_of(await designer.ask("GET", f"{path}{printer}&x_mm=0&y_mm=0")) == plain).all()
    assert (pixels_of(await designer.ask("GET", f"{path}&agent_id={agent}&printer=other")) == plain).all()
    await designer.ask("PUT", f"{offsets}/left", {"version": 2, "x_mm": 20.1, "y_mm": 0}, 400)


async def test_pictures_are_kept_as_made_again_until_no_face_shows_them(designer: Designer) -> None:
    number = await designer.picture()
    (shown,) = (await designer.ask("GET", "face-pictures"))["items"]
    assert (shown["picture_id"], shown["name"], shown["width_px"], shown["height_px"]) == (number, "logo", 50, 40)
    assert pixels_of(await designer.ask("GET", f"face-pictures/{number}")).shape == (40, 50)
    face = await designer.add(QR, {**SHOWN, "picture_id": number})
    refused = await designer.ask("DELETE", f"face-pictures/{number}", status=409)
    assert refused["detail"] == "the picture is shown on 门票 80 mm; take it off these faces first"
    await designer.ask("PUT", f"faces/{face}", {"version": 0, "template": stated(QR)})
    await designer.ask("DELETE", f"face-pictures/{number}", status=204)
    assert (await designer.ask("GET", "face-pictures"))["items"] == []


async def test_a_file_that_is_no_picture_is_refused(designer: Designer) -> None:
    await designer.picture()
    await designer.ask("POST", "face-pictures?name=logo", status=409, data=png_of(5, 5))
    await designer.ask("POST", "face-pictures?name=a", status=400, data=b"<svg/>")
    await designer.ask("POST", "face-pictures?name=a", status=400)
    await designer.ask("POST", "face-pictures", status=400, data=png_of(5, 5))
    assert (await designer.ask("POST", "face-pictures?name=a", status=413, data=BytesIO(bytes(1024 * 1024 + 1))))[
        "code"
    ] == "body_too_large"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_draft_is_shown_with_a_samples_values_and_a_code_that_admits_nobody(designer: Designer, language: str) -> None:
    draft = stated(name="not stored")
    shown = await designer.ask("POST", "faces/previews", {"template": draft, "dpi": 300, "language": language})
    assert (shown["width_px"], shown["height_px"]) == (945, 1417)
    assert 6 in shown["cut_elements"]
    assert decode_frame(pixels_of(b64decode(shown["png"]))) == (SAMPLE_CODE.encode(),)
    assert (await designer.ask("GET", "faces"))["items"] == []
    await designer.ask("POST", "faces/previews", {"template": stated(TEXT)}, 400)
