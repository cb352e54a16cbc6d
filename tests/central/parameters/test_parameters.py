"""Parameters over the API: sealed, write-only, audited, and in effect at once in every process."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlalchemy import text
from sqlmodel import select

from central.domain.principal import Principal
from central.parameters.groups import KioskGroup, MiniProgramGroup, ParameterGroupName, WeChatPayGroup
from central.parameters.service import Change, Parameters
from central.payments.configured import MAKERS, ConfiguredInstitutions, Surroundings
from central.payments.merchants import MERCHANTS
from central.payments.methods import INSTITUTIONS, Method
from central.payments.routes import ByInstitution
from central.store.tables.audit import AuditRow
from central.store.tables.parameters import ParameterGroupRow
from protocol.errors import SettingsError, StorageError
from tests.builders.central import SeededBytes, field_seal
from tests.builders.merchant import alipay_values, wechat_values
from tests.builders.office import Office, sign_in

Client = TestClient[web.Request, web.Application]
KIOSK, WECHAT = "/api/v1/parameters/kiosk", "/api/v1/parameters/payment-wechat"
SECRET = "0123456789abcdef-secret"
PROGRAM = {"app_id": "wx0123456789abcdef", "app_secret": SECRET}


@pytest.fixture
async def client(office: Office) -> AsyncIterator[Client]:
    async with office.client() as one:
        one.session.headers.update(await sign_in(one, office))
        yield one


async def put(client: Client, path: str, values: dict[str, Any], version: int = 0, status: int = 200) -> Any:  # noqa: ANN401 - JSON
    async with client.put(path, json={"version": version, "values": values}) as answer:
        said = await answer.json(content_type=None)
        assert answer.status == status, said
    return said


async def get(client: Client, path: str) -> Any:  # noqa: ANN401 - JSON
    async with client.get(path) as answer:
        assert answer.status == 200
        return await answer.json()


def shown(group: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {one["name"]: one["is_set"] if one["kind"] == "secret" else one["value"] for one in group["fields"]}


def change_of(group: ParameterGroupName, values: dict[str, Any], version: int = 0) -> Change:
    return Change(group, version, values)


@pytest.fixture
def boss(office: Office) -> Principal:
    return Principal(office.seller, "seller", frozenset(), must_change_password=False)


async def test_a_group_that_was_never_set_shows_its_defaults(client: Client) -> None:
    listed = (await get(client, "/api/v1/parameters"))["items"]
    assert [(one["group"], one["version"]) for one in listed] == [(name.value, 0) for name in ParameterGroupName]
    kiosk = await get(client, KIOSK)
    assert (kiosk["version"], kiosk["changed_at"], shown(kiosk)["idle_s"]) == (0, None, 60)


async def test_a_change_is_read_back_and_one_made_from_an_old_version_is_refused(client: Client) -> None:
    assert shown(await put(client, KIOSK, {"idle_s": 90, "notice_zh": "请出示证件"})) == {
        "idle_s": 90,
        "most_tickets": 10,
        "service_phone": "",
        "notice_zh": "请出示证件",
        "notice_en": "",
    }
    assert (await put(client, KIOSK, {"idle_s": 30}, version=0, status=409))["code"] == "version_conflict"
    assert (await put(client, KIOSK, {"most_tickets": 5}, version=1))["version"] == 2
    assert shown(await get(client, KIOSK))["idle_s"] == 60


async def test_a_change_that_changes_nothing_is_none(client: Client) -> None:
    await put(client, KIOSK, {"idle_s": 90})
    assert (await put(client, KIOSK, {"idle_s": 90}, version=1))["version"] == 1


async def test_a_wrong_field_is_named_and_nothing_is_kept(client: Client) -> None:
    said = await put(client, WECHAT, {**wechat_values(), "mchid": "x", "api_v3_key": SECRET}, status=400)
    assert [one["field"] for one in said["errors"]] == ["mchid", "api_v3_key"]
    assert SECRET not in str(said)
    assert (await get(client, WECHAT))["version"] == 0


async def test_a_change_needs_the_password_again(client: Client, office: Office) -> None:
    office.clock.advance(seconds=600)
    assert (await put(client, KIOSK, {}, status=403))["code"] == "proof_required"


async def test_a_secret_goes_in_and_never_comes_out(client: Client, office: Office) -> None:
    path = "/api/v1/parameters/mini-program"
    answers = [await put(client, path, PROGRAM), await get(client, path), await get(client, "/api/v1/parameters")]
    answers.append(await put(client, path, {"app_id": "wxfedcba9876543210"}, version=1))
    assert SECRET not in str(answers)
    assert shown(answers[1]) == {"app_id": PROGRAM["app_id"], "app_secret": True}
    kept = await office.parameters.current(MiniProgramGroup)
    assert kept is not None
    assert (kept.values.app_id, kept.values.app_secret.get_secret_value()) == ("wxfedcba9876543210", SECRET)


async def test_the_log_says_what_changed_and_no_secret(client: Client, office: Office) -> None:
    await put(client, "/api/v1/parameters/mini-program", PROGRAM)
    await put(client, "/api/v1/parameters/mini-program", {**PROGRAM, "app_secret": "another"}, version=1)
    async with office.store.reading() as work:
        query = select(AuditRow).where(AuditRow.action == "parameters.change")
        said = [(row.subject, row.detail) for row in (await work.session.exec(query)).all()]
    app_id = '{"field": "app_id", "before": null, "after": "wx0123456789abcdef"}'
    secret = '{"field": "app_secret", "hidden": true}'
    assert said == [
        ("parameters:mini-program", {"version": 1, "changes": f"[{app_id}, {secret}]"}),
        ("parameters:mini-program", {"version": 2, "changes": f"[{secret}]"}),
    ]


@pytest.mark.law(9)
async def test_secrets_are_sealed_to_their_group(client: Client, office: Office) -> None:
    await put(client, "/api/v1/parameters/mini-program", PROGRAM)
    await put(client, KIOSK, {})
    async with office.store.transaction() as work:
        row = await work.session.get_one(ParameterGroupRow, ParameterGroupName.MINI_PROGRAM)
        assert SECRET not in row.stated
        assert SECRET.encode() not in row.secrets_sealed
        kiosk = await work.session.get_one(ParameterGroupRow, ParameterGroupName.KIOSK)
        kiosk.secrets_sealed = row.secrets_sealed
        work.session.add(kiosk)
    with pytest.raises(StorageError):
        await office.parameters.current(KioskGroup)


async def test_what_a_later_version_does_not_take_any_more_is_said_to_be_set_again(office: Office, boss: Principal) -> None:
    await office.parameters.change(change_of(ParameterGroupName.KIOSK, {"idle_s": 90}), boss, office.clock())
    async with office.store.transaction() as work:
        await (await work.session.connection()).execute(text("""UPDATE parameter_group SET stated = '{"idle_s": 5}'"""))
    with pytest.raises(SettingsError, match="set them again"):
        await office.parameters.current(KioskGroup)


async def test_an_institution_follows_its_parameters_without_a_restart(office: Office, boss: Principal) -> None:
    """Another process is another `Parameters` and another `ConfiguredInstitutions` on the same database."""
    here = Parameters(office.store, field_seal(SeededBytes("here")), {})
    with ThreadPoolExecutor(1) as pool:
        institutions = ConfiguredInstitutions(office.parameters, Surroundings(pool, office.clock))
        assert await institutions() == {}
        await here.change(change_of(ParameterGroupName.PAYMENT_WECHAT, wechat_values()), boss, office.clock())
        first = await institutions()
        assert list(first) == [Method.WECHAT]
        await here.change(change_of(ParameterGroupName.PAYMENT_ALIPAY, alipay_values()), boss, office.clock())
        both = await institutions()
        assert list(both) == [Method.WECHAT, Method.ALIPAY]
        assert both[Method.WECHAT] is first[Method.WECHAT]
        moved = {**wechat_values("http://127.0.0.1:10"), "merchant_private_key": wechat_values()["merchant_private_key"]}
        await here.change(change_of(ParameterGroupName.PAYMENT_WECHAT, moved, version=1), boss, office.clock())
        assert (await institutions())[Method.WECHAT] is not first[Method.WECHAT]
        assert (await institutions())[Method.ALIPAY] is both[Method.ALIPAY]
    kept = await office.parameters.current(WeChatPayGroup)
    assert kept is not None
    assert kept.values.base_url == "http://127.0.0.1:10"


def test_each_institution_has_a_line_in_every_table() -> None:
    assert set(MAKERS) == set(MERCHANTS) == set(get_args(ByInstitution)) == INSTITUTIONS
