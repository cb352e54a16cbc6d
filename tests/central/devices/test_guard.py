"""Requests of agents: proved by signature, sent once, in a version that both sides speak."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from edge.central_client import CentralRefused
from protocol.identifiers import AgentId
from protocol.instants import Instant
from protocol.sync import paths
from protocol.sync.messages import TimeRequest
from protocol.sync.signing import Request, sign_request
from tests.builders.central import HandClock
from tests.builders.served import Central, Gate, running_central

BODY = TimeRequest(bytes(16)).to_bytes()


@pytest.fixture
async def gate(central: Central) -> AsyncIterator[Gate]:
    adult = await central.add_type()
    gate = await central.enrol(await central.add_check_point([adult]))
    yield gate
    gate.close()


async def send(gate: Gate, sequence: int, body: bytes = BODY, changed: Mapping[str, str] = {}) -> tuple[int, str]:
    """Send a signed request, with headers changed after the signing."""
    path = paths.TIME
    central = gate.central
    signed = sign_request(gate.private, Request("POST", central.url + path, BODY), gate.agent, sequence, central.clock())
    headers = {**signed, "content-type": paths.CBOR_TYPE, **changed}
    async with central.session.post(central.url + path, data=body, headers=headers) as answer:
        return answer.status, (await answer.json())["code"] if answer.status != 200 else ""


async def test_a_signed_request_is_answered(gate: Gate) -> None:
    assert await send(gate, 5_000) == (200, "")


async def test_a_request_is_answered_once(gate: Gate) -> None:
    await send(gate, 5_000)
    assert await send(gate, 5_000) == (409, "replayed")


async def test_requests_in_parallel_may_overtake_one_another(gate: Gate) -> None:
    assert [(await send(gate, sequence))[0] for sequence in (5_002, 5_000, 5_001, 5_000, 4_900)] == [200, 200, 200, 409, 409]


async def test_a_write_is_remembered_over_a_restart(folder: Path, clock: HandClock) -> None:
    async with running_central(folder, clock) as central:
        await central.add_site()
        gate = await central.enrol(await central.add_check_point([await central.add_type()]))
        gate.admit(1)
        await gate.upload()
    async with running_central(folder, clock) as central:
        gate.central = central
        used = 1  # the gate's first sequence, with which it uploaded
        batch = b""
        signed = sign_request(gate.private, Request("POST", central.url + paths.JOURNAL, batch), gate.agent, used, clock())
        async with central.session.post(central.url + paths.JOURNAL, data=batch, headers=signed) as answer:
            assert (await answer.json())["code"] == "replayed"
    gate.close()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"signature": "paifang=:" + "A" * 86 + "==:"}, "signature_invalid"),
        ({"paifang-sequence": "5001"}, "signature_invalid"),
        ({"paifang-agent": "77"}, "input_invalid"),
        ({"content-digest": "sha-256=:" + "A" * 43 + "=:"}, "signature_invalid"),
        ({"paifang-version": "7-9"}, "version_unsupported"),
        ({"paifang-version": "nonsense"}, "input_invalid"),
        ({"signature-input": "paifang=()"}, "input_invalid"),
    ],
)
async def test_what_was_changed_after_signing_is_refused(gate: Gate, changed: dict[str, str], code: str) -> None:
    assert (await send(gate, 5_000, BODY, changed))[1] == code


async def test_a_changed_body_or_path_is_refused(gate: Gate) -> None:
    assert (await send(gate, 5_000, TimeRequest(bytes(15) + b"x").to_bytes()))[1] == "signature_invalid"
    central = gate.central
    signed = sign_request(gate.private, Request("POST", central.url + paths.CLAIM, BODY), gate.agent, 5_001, central.clock())
    async with central.session.post(central.url + paths.TIME, data=BODY, headers=signed) as answer:
        assert (await answer.json())["code"] == "signature_invalid"


async def test_another_agents_key_and_another_method_prove_nothing(gate: Gate) -> None:
    central = gate.central
    other = await central.enrol(await central.add_check_point([1]), name="other")
    url = central.url + paths.TIME
    for private, method in ((other.private, "POST"), (gate.private, "PUT"), (gate.private, "GET")):
        signed = sign_request(private, Request(method, url, BODY), gate.agent, 5_000, central.clock())
        async with central.session.post(url, data=BODY, headers=signed) as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, "signature_invalid")
    assert await send(gate, 5_000) == (200, ""), "and what was not proved has spent no sequence"
    other.close()


@pytest.mark.law(11)
@pytest.mark.parametrize("ahead_s", [-50 * 366 * 86_400, 50 * 366 * 86_400])
async def test_a_clock_that_is_decades_off_locks_no_agent_out_and_lets_no_replay_in(gate: Gate, ahead_s: int) -> None:
    central = gate.central
    url, created = central.url + paths.TIME, Instant(central.clock() + ahead_s * 1000)
    signed = sign_request(gate.private, Request("POST", url, BODY), gate.agent, 5_000, created)
    answers = []
    for _ in range(2):
        async with central.session.post(url, data=BODY, headers=signed) as answer:
            answers.append(answer.status)
    assert answers == [200, 409]


async def test_an_agent_that_is_not_there_is_told_to_enrol(gate: Gate) -> None:
    gate.agent = AgentId(999)
    assert (await send(gate, 5_000))[1] == "signature_invalid"


async def test_an_unsigned_request_is_refused_without_reading_it(gate: Gate) -> None:
    async with gate.central.session.get(gate.central.url + "/agent/v1/head?after=0&wait_s=0") as answer:
        assert (await answer.json())["code"] == "input_invalid"


async def test_a_proxy_may_stand_in_front(folder: Path, clock: HandClock) -> None:
    async with running_central(folder, clock, origin="https://paifang.example") as central:
        await central.add_site()
        gate = await central.enrol(await central.add_check_point([await central.add_type()]))
        signed = sign_request(
            gate.private, Request("POST", "https://paifang.example" + paths.TIME, BODY), gate.agent, 5_000, clock()
        )
        async with central.session.post(central.url + paths.TIME, data=BODY, headers=signed) as answer:
            assert answer.status == 200
        with pytest.raises(CentralRefused, match="signature_invalid"):
            await gate.client.time(bytes(16))
        gate.close()
