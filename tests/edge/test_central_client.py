"""Requests to central over a real socket: signed, bounded, and believed only where they are proved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from edge.central_client import AgentRevoked, Caller, CentralClient, CentralRefused, CentralUnreachable, enrol
from protocol.admission.verdict import FreePassage
from protocol.directions import Direction
from protocol.errors import PeerError
from protocol.identifiers import AttemptId, EntitlementId, JournalId, Sequence, TicketId
from protocol.journal.chain import JournalHead, sign_head
from protocol.keyring import Purpose
from protocol.sync import messages, paths
from protocol.sync.answers import (
    MAX_ANSWER_BYTES,
    AdmissionAnswer,
    ClaimAnswer,
    DutyAnswer,
    Quarantine,
    Receipt,
    Revoked,
    TimeAnswer,
)
from protocol.sync.replay import BLOCK
from protocol.sync.signing import Request, verify_request
from tests.builders.journal import AGENT, AGENT_KEY, BELIEVER, GATE, SITE, START, signers

PUBLIC = AGENT_KEY.public_key().public_bytes_raw()
ATTEMPT = AttemptId(b"a" * 16)
JOURNAL = JournalId(b"j" * 16)
HEAD = JournalHead(JOURNAL, Sequence(1), bytes(32))
BATCH = messages.JournalBatch(JOURNAL, (b"entry",), sign_head(AGENT_KEY, AGENT, HEAD))
CLAIM = messages.ClaimRequest(ATTEMPT, TicketId(5), 1, EntitlementId(1), GATE, 1, START)
ADMISSION = messages.AdmissionRequest(ATTEMPT, messages.CredentialForm.CODE, b"PF1", GATE, Direction.ENTRY, 1, START, None)
SIGN_OFF = messages.SignOffRequest(messages.Duty.CLOSED, BATCH.head)
RECEIPT = Receipt(AGENT, JOURNAL, Sequence(1), bytes(32), Quarantine.NONE, START)
RECEIPTS = signers(Purpose.RECEIPTS)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Central:
    """A server that proves each request and gives the answer that the test sets."""

    def __init__(self, server: TestServer, client: CentralClient) -> None:
        self.server = server
        self.client = client


@asynccontextmanager
async def central(handler: Handler) -> AsyncIterator[Central]:
    sequences: list[int] = []

    async def proved(request: web.Request) -> web.StreamResponse:
        sent = Request(request.method, str(server.make_url(request.raw_path)), await request.read())
        sequences.append(verify_request(PUBLIC, sent, request.headers).sequence)
        assert len(set(sequences)) == len(sequences)
        return await handler(request)

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", proved)
    server = TestServer(app)
    blocks = count(1, BLOCK)
    caller = Caller(AGENT, AGENT_KEY, lambda: BELIEVER, lambda _count: next(blocks), lambda: START)
    async with server, aiohttp.ClientSession() as session:
        yield Central(server, CentralClient(session, str(server.make_url("")), caller))


def answering(body: bytes, status: int = 200, content_type: str = paths.CBOR_TYPE) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type=content_type)

    return handler


async def test_each_question_goes_to_its_path_and_its_answer_is_proved() -> None:
    answers = {
        paths.JOURNAL: RECEIPT.to_sealed(RECEIPTS),
        paths.CLAIM: ClaimAnswer(AGENT, ATTEMPT, granted=True, reason="", signed_at=START).to_sealed(RECEIPTS),
        paths.ADMISSION: AdmissionAnswer(AGENT, ATTEMPT, FreePassage(), START).to_sealed(RECEIPTS),
        paths.TIME: TimeAnswer(AGENT, bytes(16), START).to_sealed(signers(Purpose.TIME)),
        paths.SIGN_OFF: DutyAnswer(AGENT, messages.Duty.CLOSED, START).to_sealed(RECEIPTS),
    }

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=answers[request.path], content_type=paths.CBOR_TYPE)

    async with central(handler) as office:
        assert await office.client.upload(BATCH) == RECEIPT
        claimed = await office.client.claim(CLAIM)
        assert claimed is not None
        assert claimed.granted
        assert (await office.client.admission(ADMISSION)).verdict == FreePassage()
        assert (await office.client.time(bytes(16))).signed_at == START
        assert (await office.client.sign_off(SIGN_OFF)).duty is messages.Duty.CLOSED


async def test_what_stands_at_a_path_is_fetched_with_its_query_untouched() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=request.raw_path.encode())

    async with central(handler) as office:
        path = "/agent/v1/head?after=3&wait_s=20"
        assert await office.client.get(path, 100) == path.encode()


async def test_where_nothing_stands_there_is_nothing() -> None:
    async with central(answering(b"{}", 404, "application/problem+json")) as office:
        assert await office.client.get("/agent/v1/feed/delta/1/2/3", 100) is None


@pytest.mark.parametrize("length", [100, 101])
async def test_no_more_is_read_than_was_asked_for(length: int) -> None:
    async with central(answering(bytes(length))) as office:
        if length == 100:
            assert await office.client.get("/x", 100) == bytes(100)
        else:
            with pytest.raises(CentralUnreachable, match="longer than 100"):
                await office.client.get("/x", 100)


async def test_an_endless_answer_is_cut() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(64 * 1024))

    async with central(handler) as office:
        with pytest.raises(CentralUnreachable, match=str(MAX_ANSWER_BYTES)):
            await office.client.upload(BATCH)


async def test_a_gap_is_an_answer() -> None:
    gap = messages.JournalGap(JOURNAL, Sequence(4))
    async with central(answering(gap.to_bytes(), 409)) as office:
        assert await office.client.upload(BATCH) == gap


@pytest.mark.law(5)
async def test_revoked_is_only_what_central_signed() -> None:
    revoked = Revoked(AGENT, wipe=True, signed_at=START)
    async with central(answering(revoked.to_sealed(signers(Purpose.COMMANDS)), 403)) as office:
        with pytest.raises(AgentRevoked) as caught:
            await office.client.get("/agent/v1/head", 100)
        assert caught.value.revoked == revoked
    async with central(answering(revoked.to_sealed(RECEIPTS), 403)) as office:
        with pytest.raises(CentralUnreachable):
            await office.client.get("/agent/v1/head", 100)


@pytest.mark.parametrize("status", [400, 403, 409, 429, 500, 503])
async def test_a_refusal_has_its_code(status: int) -> None:
    problem = b'{"type": "urn:paifang:problem:busy", "code": "busy", "detail": "try again"}'
    async with central(answering(problem, status, "application/problem+json")) as office:
        with pytest.raises(CentralRefused) as caught:
            await office.client.upload(BATCH)
        assert (caught.value.status, caught.value.code) == (status, "busy")


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b"[]", b'"text"', bytes(range(256))])
async def test_a_proxy_s_answer_is_a_refusal_too(body: bytes) -> None:
    async with central(answering(body, 502, "text/html")) as office:
        with pytest.raises(CentralRefused, match="502"):
            await office.client.upload(BATCH)


@pytest.mark.parametrize("status", [301, 307])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"location": "https://elsewhere.example/"})

    async with central(handler) as office:
        with pytest.raises(CentralRefused):
            await office.client.get("/x", 100)


@pytest.mark.law(4)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        ClaimAnswer(AGENT, AttemptId(b"b" * 16), granted=True, reason="", signed_at=START).to_sealed(RECEIPTS),
        ClaimAnswer(AGENT, ATTEMPT, granted=True, reason="", signed_at=START).to_sealed(signers(Purpose.TIME)),
    ],
    ids=["empty", "junk", "other-attempt", "other-key"],
)
async def test_a_claim_s_answer_that_is_not_proved_is_none(body: bytes) -> None:
    async with central(answering(body)) as office:
        assert await office.client.claim(CLAIM) is None


async def test_a_claim_waits_for_a_slow_central_no_longer_than_it_may() -> None:
    never = asyncio.Event()

    async def handler(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    async with central(handler) as office:
        assert await office.client.claim(CLAIM) is None
        never.set()


async def test_a_central_that_is_not_there_is_unreachable() -> None:
    async with central(answering(b"")) as office:
        await office.server.close()
        with pytest.raises(CentralUnreachable):
            await office.client.upload(BATCH)
        assert await office.client.claim(CLAIM) is None


async def test_a_central_that_noted_another_duty_is_not_believed() -> None:
    async with central(answering(DutyAnswer(AGENT, messages.Duty.OPEN, START).to_sealed(RECEIPTS))) as office:
        with pytest.raises(PeerError):
            await office.client.sign_off(SIGN_OFF)


async def test_sequences_go_on_from_block_to_block() -> None:
    async with central(answering(b"x")) as office:
        for _ in range(3):
            assert await office.client.get("/x", 1) == b"x"
        await asyncio.gather(*(office.client.get("/x", 1) for _ in range(20)))


async def test_enrolment_is_asked_without_a_name() -> None:
    answer = messages.EnrolAnswer(AGENT, SITE, b"keyring", bytes(32))
    request = messages.EnrolRequest.make(AGENT_KEY, "CODE", "gate")

    async def handler(received: web.Request) -> web.StreamResponse:
        code = messages.EnrolRequest.from_bytes(await received.read()).code
        if code != "CODE":
            return web.json_response({"code": "enrolment_refused", "detail": "over"}, status=403)
        return web.Response(body=answer.to_bytes(), content_type=paths.CBOR_TYPE)

    app = web.Application()
    app.router.add_post(paths.ENROL, handler)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        assert await enrol(session, str(server.make_url("/")), request) == answer
        with pytest.raises(CentralRefused, match="enrolment_refused"):
            await enrol(session, str(server.make_url("/")), messages.EnrolRequest.make(AGENT_KEY, "OTHER", "gate"))
