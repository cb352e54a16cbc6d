"""A computer becomes an agent by a code that works once, for ten minutes, if the caller proves the key."""

from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.central_client import CentralRefused, enrol
from protocol.keyring import Keyring
from protocol.signatures import Envelope
from protocol.sync import paths
from protocol.sync.messages import EnrolAnswer, EnrolRequest
from tests.builders.central import HandClock
from tests.builders.served import Central

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


async def a_code(central: Central) -> str:
    return str((await central.api("POST", "/sites/1/enrolment-codes", {}))["code"])


async def ask(central: Central, code: str, private: Ed25519PrivateKey = PRIVATE) -> EnrolAnswer:
    return await enrol(central.session, central.url, EnrolRequest.make(private, code, "gate"))


async def test_an_agent_gets_its_number_its_site_the_keyring_and_the_sites_holder_key(central: Central) -> None:
    answer = await ask(central, await a_code(central))
    assert (answer.agent, answer.site, len(answer.holder_key)) == (1, 1, 32)
    assert Keyring.from_payload(Envelope.from_bytes(answer.keyring).payload).version == 1


async def test_a_code_has_eighty_random_bits_in_groups_that_people_type(central: Central) -> None:
    codes = {await a_code(central) for _ in range(3)}
    assert len(codes) == 3
    assert all([len(group) for group in code.split("-")] == [4, 4, 4, 4] for code in codes)


async def test_a_code_may_be_typed_small_and_with_blanks(central: Central) -> None:
    code = (await a_code(central)).lower().replace("-", " ")
    assert (await ask(central, code)).agent == 1


async def test_the_same_key_may_ask_again_for_a_lost_answer_and_another_may_not(central: Central) -> None:
    code = await a_code(central)
    first = await ask(central, code)
    assert await ask(central, code) == first
    with pytest.raises(CentralRefused, match="enrolment_refused"):
        await ask(central, code, OTHER)


async def test_a_key_that_is_enrolled_is_not_enrolled_again(central: Central) -> None:
    await ask(central, await a_code(central))
    with pytest.raises(CentralRefused, match="enrolment_refused"):
        await ask(central, await a_code(central))


async def test_a_code_ends_after_ten_minutes(central: Central, clock: HandClock) -> None:
    code = await a_code(central)
    clock.advance(seconds=601)
    with pytest.raises(CentralRefused, match="enrolment_refused"):
        await ask(central, code)


async def test_a_key_that_is_not_proved_is_refused(central: Central) -> None:
    request = EnrolRequest.make(PRIVATE, await a_code(central), "gate")
    stolen = EnrolRequest(request.code, OTHER.public_key().public_bytes_raw(), "gate", request.proof)
    with pytest.raises(CentralRefused, match="enrolment_refused"):
        await enrol(central.session, central.url, stolen)


async def test_a_key_of_small_order_is_malformed(central: Central) -> None:
    request = EnrolRequest(await a_code(central), bytes(32), "gate", bytes(64))
    with pytest.raises(CentralRefused, match="input_invalid"):
        await enrol(central.session, central.url, request)


async def test_guessing_is_slowed_down(central: Central, clock: HandClock) -> None:
    for _ in range(10):
        with pytest.raises(CentralRefused, match="enrolment_refused"):
            await ask(central, "AAAA-AAAA-AAAA-AAAA")
    with pytest.raises(CentralRefused, match="too_many_requests"):
        await ask(central, "AAAA-AAAA-AAAA-AAAA")
    clock.advance(seconds=60)
    assert (await ask(central, await a_code(central))).agent == 1


@pytest.mark.parametrize("body", [b"", b"\xff" * 10, b"\xa0", b"x" * 20_000])
async def test_a_malformed_request_is_a_problem_and_no_stack(central: Central, body: bytes) -> None:
    async with central.session.post(central.url + paths.ENROL, data=body) as answer:
        assert answer.status in {400, 413}
        assert answer.content_type == "application/problem+json"
        assert "Traceback" not in await answer.text()


async def test_a_body_of_unknown_length_is_bounded_as_well(central: Central) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 1024

    async with central.session.post(central.url + paths.ENROL, data=endless()) as answer:
        assert answer.status == 413
