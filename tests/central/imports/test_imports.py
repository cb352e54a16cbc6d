"""A file is reported before anything is stored, and then stored as a whole or not at all."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from central.imports.rules.checks import KnownPeople, KnownTrade, prices_of, users_of
from central.imports.rules.columns import Entry
from central.imports.rules.findings import FindingCode
from central.imports.rules.group_names import visitors_of
from tests.builders.central import HandClock
from tests.builders.office import Office, sign_in
from tests.central.imports.test_sheets import workbook

Client = TestClient[web.Request, web.Application]
USERS = "用户名,姓名,渠道,角色\nwang,王伟,window,\nzhao,赵敏,,售票员；seller\n"


class Importer:
    """A person who brings files."""

    def __init__(self, client: Client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def ask(self, method: str, path: str, data: bytes | None = None, body: object = None) -> tuple[int, Any]:
        """Return the status and the answer."""
        sent = {**self.headers, "Idempotency-Key": f"key-{path.strip('/').replace('/', '-')}-0001"}
        async with self.client.request(method, f"/api/v1{path}", data=data, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def report(self, kind: str, data: bytes) -> Any:  # noqa: ANN401 - JSON
        """Bring a file that is read."""
        status, said = await self.ask("POST", f"/imports/{kind}", data)
        assert status == 200, said
        return said


@pytest.fixture
async def importer(client: Client, office: Office) -> Importer:
    await office.add_person("售票员", "sales.sell")
    return Importer(client, await sign_in(client, office))


async def test_people_are_stored_all_at_once_with_their_passwords(importer: Importer) -> None:
    report = await importer.report("users", USERS.encode("gb18030"))
    assert (report["findings"], report["line_count"]) == ([], 2)
    before = (await importer.ask("GET", "/users"))[1]["items"]
    assert {"wang", "zhao"} & {one["name"] for one in before} == set()
    status, applied = await importer.ask("POST", f"/imports/{report['report_id']}/apply")
    assert (status, applied["line_count"]) == (200, 2)
    zhao = next(one for one in (await importer.ask("GET", "/users"))[1]["items"] if one["name"] == "zhao")
    assert (zhao["full_name"], zhao["channel"], len(zhao["roles"])) == ("赵敏", "window", 2)
    password = next(one["one_time_password"] for one in applied["passwords"] if one["name"] == "zhao")
    body = {"name": "zhao", "password": password, "bearer": True}
    assert (await importer.ask("POST", "/session", body=body))[0] == 201
    assert (await importer.ask("POST", f"/imports/{report['report_id']}/apply"))[0] == 404


async def test_every_wrong_cell_is_found_and_nothing_can_be_applied(importer: Importer) -> None:
    text = "name,channel,roles\nseller,,\nli li,WINDOW,nobody\nanna,,\nAnna,,\n"
    report = await importer.report("users", text.encode())
    assert report["report_id"] is None
    assert [(one["line"], one["column"], one["code"]) for one in report["findings"]] == [
        (2, "name", "exists"),
        (3, "name", "invalid"),
        (3, "channel", "invalid"),
        (3, "roles", "not-found"),
        (5, "name", "twice"),
    ]
    first = {"line": 2, "column": "name", "code": "exists", "text_zh": "已存在", "text_en": "This exists already."}
    assert report["findings"][0] == {**first, "text": first["text_en"]}
    importer.headers = {**importer.headers, "Accept-Language": "zh-CN"}
    assert (await importer.report("users", text.encode()))["findings"][0] == {**first, "text": first["text_zh"]}


async def test_a_role_that_the_caller_may_not_give_is_found(client: Client, office: Office, importer: Importer) -> None:
    clerk = Importer(client, await sign_in(client, office, "users.edit"))
    report = await clerk.report("users", b"name,roles\nx,seller\n")
    assert [one["code"] for one in report["findings"]] == ["not-held"]
    assert (await clerk.ask("POST", "/imports/agency-prices", b"x"))[0] == 403
    mine = await importer.report("users", USERS.encode())
    assert (await clerk.ask("POST", f"/imports/{mine['report_id']}/apply"))[0] == 404


async def test_what_changed_since_is_found_again_and_nothing_is_stored(importer: Importer, clock: HandClock) -> None:
    report = await importer.report("users", USERS.encode())
    await importer.ask("POST", "/users", body={"name": "zhao"})
    status, said = await importer.ask("POST", f"/imports/{report['report_id']}/apply")
    assert (status, said["detail_code"], said["parameters"]) == (409, "lines_changed", {"count": 1})
    assert said["detail"] == "1 line(s) cannot be stored any more; nothing was"
    (fault,) = said["errors"]
    assert (fault["field"], fault["code"], fault["message"]) == ("lines.3.name", "already_there", "This exists already.")
    importer.headers = {**importer.headers, "Accept-Language": "zh-CN"}
    said = (await importer.ask("POST", f"/imports/{report['report_id']}/apply"))[1]
    assert (said["detail"], said["errors"][0]["message"]) == ("有 1 行已不能导入，所有内容均未保存", "已存在")
    assert "wang" not in {one["name"] for one in (await importer.ask("GET", "/users"))[1]["items"]}
    clock.advance(seconds=3601)
    assert (await importer.ask("POST", f"/imports/{report['report_id']}/apply"))[0] in (401, 404)


async def test_a_report_is_gone_after_an_hour(importer: Importer, office: Office, clock: HandClock) -> None:
    report = await importer.report("users", USERS.encode())
    clock.advance(seconds=3599)
    await office.imports.forget_old(clock())
    clock.advance(seconds=2)
    await office.imports.forget_old(clock())
    importer.headers = await sign_in(importer.client, office, "users.edit")
    assert (await importer.ask("POST", f"/imports/{report['report_id']}/apply"))[0] == 404


async def test_prices_of_agencies_replace_those_of_their_types(importer: Importer, office: Office) -> None:
    await office.ticket_type(name_zh="成人票", name_en="Adult")
    await office.ticket_type(name_zh="儿童票", name_en="Child")
    agency = {"site_id": 1, "name": "青山旅行社", "contacts": [{"name": "王", "phone": "13800000000"}], "charges": "actual"}
    status, made = await importer.ask("POST", "/agencies", body=agency)
    assert status == 201, made
    child = {"ticket_type_id": 2, "first_day": "2026-01-01", "last_day": "2026-12-31", "price_fen": 100}
    await importer.ask("PUT", f"/agencies/{made['agency_id']}/prices", body={"version": 0, "prices": [child]})
    sheet = workbook(("旅行社", "票种", "价格", "last_day"), ("青山旅行社", "Adult", 60.5, "2026-12-31"))
    report = await importer.report("agency-prices", sheet)
    assert report["findings"] == []
    assert (await importer.ask("POST", f"/imports/{report['report_id']}/apply"))[0] == 200
    prices = (await importer.ask("GET", f"/agencies/{made['agency_id']}/prices"))[1]["prices"]
    assert [(one["last_day"], one["price_fen"]) for one in prices] == [("2026-12-31", 6050), ("2026-12-31", 100)]


TRADE = KnownTrade({"甲": [1], "乙": [2, 3]}, {"Adult": [1], "Child": [2]})


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"agency": "甲", "ticket_type": "Adult", "price": "80"}, []),
        ({"agency": "乙", "ticket_type": "Adult", "price": "80"}, [FindingCode.AMBIGUOUS]),
        ({"agency": "丁", "ticket_type": "Old", "price": "80"}, [FindingCode.NOT_FOUND, FindingCode.NOT_FOUND]),
        ({"agency": "甲", "ticket_type": "Adult", "price": "=1+1"}, [FindingCode.INVALID]),
        ({"agency": "甲", "ticket_type": "Adult", "price": "0.005"}, [FindingCode.INVALID]),
        ({"agency": "甲", "ticket_type": "Adult", "price": "１"}, [FindingCode.INVALID]),
        ({"agency": "甲", "ticket_type": "Adult", "price": "1", "first_day": "May"}, [FindingCode.INVALID]),
        ({"agency": "甲", "ticket_type": "Adult", "price": "1", "last_day": "1999-01-01"}, [FindingCode.INVALID]),
    ],
)
def test_prices_line_by_line(cells: dict[str, str], codes: list[FindingCode]) -> None:
    assert [one.code for one in prices_of([Entry(2, cells)], TRADE)[1]] == codes


def test_two_prices_of_one_day_are_found() -> None:
    price = {"agency": "甲", "ticket_type": "Adult", "price": "80"}
    assert [one.code for one in prices_of([Entry(2, price), Entry(3, price)], TRADE)[1]] == [FindingCode.TWICE]


_CELLS = st.dictionaries(st.sampled_from(["name", "full_name", "channel", "roles"]), st.text(max_size=8), max_size=4)


@given(st.lists(_CELLS, max_size=6))
@settings(max_examples=100, deadline=None)
def test_lines_without_findings_are_all_stored(cells: list[dict[str, str]]) -> None:
    entries = [Entry(number, one) for number, one in enumerate(cells, start=2)]
    users, findings = users_of(entries, KnownPeople(frozenset({"taken"}), {"r": 1}, frozenset()))
    assert len(users) == len(entries) - len({one.line for one in findings})
    assert len({one.name.lower() for one in users}) == len(users)


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"name": "王伟", "document_type": "身份证", "number": "11010519491231002x"}, []),
        ({"name": "王伟", "document_type": "身份证", "number": "110105194912310021"}, [FindingCode.INVALID]),
        ({"name": "Anne", "document_type": "Passport", "country": "fr", "number": "E 123"}, []),
        ({"name": "Anne", "document_type": "library card", "country": "France", "number": "?"}, [FindingCode.INVALID] * 3),
    ],
)
def test_names_line_by_line(cells: dict[str, str], codes: list[FindingCode]) -> None:
    assert [one.code for one in visitors_of([Entry(2, cells)], 10)[1]] == codes


def test_a_document_stands_once_and_a_group_has_its_planned_persons() -> None:
    entries = [Entry(line, {"name": "A", "document_type": "护照", "number": f"E{line // 2}"}) for line in range(2, 6)]
    found = [(one.line, one.code) for one in visitors_of(entries, 1)[1]]
    assert found == [(3, FindingCode.TWICE), (4, FindingCode.TOO_MANY_PERSONS), (5, FindingCode.TOO_MANY_PERSONS)]


async def test_the_names_of_a_group_are_kept_and_read_in_full(importer: Importer, office: Office) -> None:
    group = await office.ticket_type(group={"minimum": 2, "maximum": 100})
    agency_id = (await importer.ask("POST", "/agencies", body={"site_id": 1, "name": "青山旅行社"}))[1]["agency_id"]
    line = {"ticket_type_id": group.type_id, "persons": 3, "visit_day": "2026-05-10"}
    guide = {"name": "王伟", "phone": "13800138000"}
    money = {"expected_total_fen": 24_000, "method": "card_terminal", "reference": "slip 7"}
    wanted = {"site_id": 1, "lines": [line], **money, "guide": guide}
    status, order = await importer.ask("POST", f"/agencies/{agency_id}/orders", body=wanted)
    assert status == 201, order
    order_id = order["order_id"]
    file = "姓名,证件类型,国籍,证件号码\n王伟,身份证,,11010519491231002X\nAnne,passport,FR,E123\n".encode()
    report = await importer.report(f"group-names?order_id={order_id}", file)
    assert (report["findings"], report["line_count"]) == ([], 2)
    assert (await importer.ask("GET", f"/group-orders/{order_id}/names"))[1] == {"items": []}
    assert (await importer.ask("POST", f"/imports/{report['report_id']}/apply"))[0] == 200
    items = (await importer.ask("GET", f"/group-orders/{order_id}/names"))[1]["items"]
    assert [(one["name"], one["country"], one["number"]) for one in items] == [
        ("王伟", "CN", "11010519491231002X"),
        ("Anne", "FR", "E123"),
    ]
    assert (await importer.ask("POST", "/imports/group-names", file))[0] == 400
    assert (await importer.ask("POST", "/imports/group-names?order_id=99", file))[0] == 404
