"""What agents ask of central over HTTP: enrolment, the feed, journals, claims, decisions, time, shifts, keys for holders."""

from http import HTTPStatus

from aiohttp import web

from central.devices.routes import AGENTS, GUARD
from central.domain.problems import Problem, ProblemCode
from central.keys.signing_keys import KeyRack
from central.sync.duties import Duties
from central.sync.heads import Heads
from central.sync.holder_keys import HolderKeyHandover
from central.sync.ingest import Ingest
from central.sync.messages import CONTENT_NAME_WRONG, MUST_BE_WHOLE
from central.sync.online import Online
from central.sync.routes.agent_calls import KEYS, AgentCall, AgentRoute, cbor_answer, found_or_gone, read_body
from central.sync.serving import FeedServing
from central.web.access import Access
from central.web.operations import CLOCK, RawRoute
from protocol.feed.addresses import HEAD, wanted_buckets
from protocol.feed.buckets import HASH_BYTES
from protocol.feed.faults import Role
from protocol.keyring import Purpose
from protocol.sync import paths
from protocol.sync.answers import TimeAnswer
from protocol.sync.messages import (
    MAX_BATCH_BYTES,
    MAX_MESSAGE_BYTES,
    AdmissionRequest,
    ClaimRequest,
    EnrolRequest,
    HolderKeyRequest,
    JournalBatch,
    JournalGap,
    SignOffRequest,
    TimeRequest,
)

INGEST: web.AppKey[Ingest] = web.AppKey("ingest", Ingest)
HEADS: web.AppKey[Heads] = web.AppKey("heads", Heads)
SERVING: web.AppKey[FeedServing] = web.AppKey("feed_serving", FeedServing)
ONLINE: web.AppKey[Online] = web.AppKey("online", Online)
DUTIES: web.AppKey[Duties] = web.AppKey("shifts", Duties)
HOLDER_KEYS: web.AppKey[HolderKeyHandover] = web.AppKey("holder_keys", HolderKeyHandover)
MAX_NUMBER = (1 << 63) - 1
_FEED = "/agent/v1/feed"
_MAY_BE_GONE = (ProblemCode.NOT_FOUND,)
_NOT_ITS_OWN = (ProblemCode.FORBIDDEN,)
_GAP = (HTTPStatus.CONFLICT,)


@RawRoute(
    "POST",
    paths.ENROL,
    Access.PUBLIC,
    media_type=paths.CBOR_TYPE,
    problems=(ProblemCode.ENROLMENT_REFUSED, ProblemCode.TOO_MANY_REQUESTS, ProblemCode.BODY_TOO_LARGE),
)
async def enrol_agent(request: web.Request) -> web.Response:
    """Enrol a computer that has a one-time code."""
    asked = EnrolRequest.from_bytes(await read_body(request, MAX_MESSAGE_BYTES))
    answer = await request.app[AGENTS].enrol(asked, request.remote or "unknown", request.app[CLOCK]())
    return cbor_answer(answer.to_bytes())


@AgentRoute("GET", HEAD, problems=_MAY_BE_GONE)
async def poll_head(call: AgentCall) -> web.Response:
    """Wait for a newer head; the newest is answered as soon as there is one."""
    after, wait_s = _query_number(call, "after"), _query_number(call, "wait_s")
    current = await call.request.app[HEADS].newer_than(call.site, after, wait_s)
    call.request.app[GUARD].note_head(call.agent, call.request.app[CLOCK]())
    return found_or_gone(None if current is None else current.data)


@AgentRoute("GET", _FEED + "/keyring/{epoch}/{version}", problems=_MAY_BE_GONE)
async def read_keyring(call: AgentCall) -> web.Response:
    """Read the keyring after this one."""
    return found_or_gone(call.request.app[SERVING].next_keyring(_number(call, "epoch"), _number(call, "version")))


@AgentRoute("GET", _FEED + "/manifest/{epoch}/{version}", problems=_MAY_BE_GONE)
async def read_manifest(call: AgentCall) -> web.Response:
    """Read a sealed manifest."""
    return await _envelope(call, Role.MANIFEST)


@AgentRoute("GET", _FEED + "/admissions/{epoch}/{version}", problems=_MAY_BE_GONE)
async def read_admissions_head(call: AgentCall) -> web.Response:
    """Read a sealed admissions head."""
    return await _envelope(call, Role.ADMISSIONS)


@AgentRoute("GET", _FEED + "/delta/{epoch}/{from_version}/{to_version}", problems=_MAY_BE_GONE)
async def read_delta(call: AgentCall) -> web.Response:
    """Read the changes between two manifests."""
    numbers = _number(call, "epoch"), _number(call, "from_version"), _number(call, "to_version")
    return found_or_gone(await call.request.app[SERVING].delta(call.site, *numbers))


@AgentRoute("GET", _FEED + "/content/{sha256}", problems=_MAY_BE_GONE)
async def read_content(call: AgentCall) -> web.Response:
    """Read a hash list, a small table or a segment, by its hash."""
    return found_or_gone(await call.request.app[SERVING].content(call.site, _hash(call.request.match_info["sha256"])))


@AgentRoute("GET", _FEED + "/buckets/{kind}/{root}/{numbers}", problems=_MAY_BE_GONE)
async def read_buckets(call: AgentCall) -> web.Response:
    """Read a pack of buckets."""
    named = call.request.match_info
    kind, root, numbers = wanted_buckets(named["kind"], named["root"], named["numbers"])
    return found_or_gone(await call.request.app[SERVING].buckets(call.site, kind, root, numbers))


@AgentRoute("POST", paths.JOURNAL, most_bytes=MAX_BATCH_BYTES, takes_revoked=True, answers=_GAP)
async def upload_journal(call: AgentCall) -> web.Response:
    """Upload a batch of a journal."""
    answer = await call.request.app[INGEST].take(call.proven, JournalBatch.from_bytes(call.body), call.now)
    if isinstance(answer, JournalGap):
        return cbor_answer(answer.to_bytes(), HTTPStatus.CONFLICT)
    return cbor_answer(answer)


@AgentRoute("POST", paths.TIME)
async def read_time(call: AgentCall) -> web.Response:
    """Read central's signed time for a nonce."""
    asked = TimeRequest.from_bytes(call.body)
    now = call.request.app[CLOCK]()
    keys: KeyRack = call.request.app[KEYS]
    return cbor_answer(TimeAnswer(call.agent, asked.nonce, now).to_sealed(keys.signers(Purpose.TIME, now)))


@AgentRoute("POST", paths.SIGN_OFF, problems=(ProblemCode.JOURNAL_GAP,))
async def sign_off(call: AgentCall) -> web.Response:
    """Sign off at the end of a day's duty, or on at its beginning."""
    return cbor_answer(await call.request.app[DUTIES].note(call.proven, SignOffRequest.from_bytes(call.body), call.now))


@AgentRoute("POST", paths.HOLDER_KEY)
async def read_holder_key(call: AgentCall) -> web.Response:
    """Read the key that holders go by now, and tell which one the agent has."""
    asked = HolderKeyRequest.from_bytes(call.body)
    return cbor_answer(await call.request.app[HOLDER_KEYS].hand_over(call.proven, asked, call.now))


@AgentRoute("POST", paths.CLAIM, problems=_NOT_ITS_OWN)
async def claim_admission(call: AgentCall) -> web.Response:
    """Claim an admission: the answer grants or refuses it."""
    return cbor_answer(await call.request.app[ONLINE].claim(call.proven, ClaimRequest.from_bytes(call.body), call.now))


@AgentRoute("POST", paths.ADMISSION, problems=_NOT_ITS_OWN)
async def decide_admission(call: AgentCall) -> web.Response:
    """Decide a showing for a device without a cache, and record an admission."""
    return cbor_answer(await call.request.app[ONLINE].admission(call.proven, AdmissionRequest.from_bytes(call.body), call.now))


async def _envelope(call: AgentCall, role: Role) -> web.Response:
    serving = call.request.app[SERVING]
    return found_or_gone(await serving.envelope(call.site, role, _number(call, "epoch"), _number(call, "version")))


def _number(call: AgentCall, name: str) -> int:
    return _whole(name, call.request.match_info[name])


def _query_number(call: AgentCall, name: str) -> int:
    return _whole(name, call.request.query.get(name, "0"))


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_NUMBER)) or int(text) > MAX_NUMBER:
        raise Problem(ProblemCode.INPUT_INVALID, MUST_BE_WHOLE.of(name=name))
    return int(text)


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise Problem(ProblemCode.INPUT_INVALID, CONTENT_NAME_WRONG.of()) from error
    if len(found) != HASH_BYTES or found.hex() != text:
        raise Problem(ProblemCode.INPUT_INVALID, CONTENT_NAME_WRONG.of())
    return found


OPERATIONS = (
    enrol_agent,
    poll_head,
    read_keyring,
    read_manifest,
    read_admissions_head,
    read_delta,
    read_content,
    read_buckets,
    upload_journal,
    read_time,
    sign_off,
    read_holder_key,
    claim_admission,
    decide_admission,
)
