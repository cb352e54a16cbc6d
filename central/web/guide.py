"""What a builder of a client must know beside the operations: the description of the API's document, in Markdown."""

from central.domain import idempotency
from central.domain.pagination import DEFAULT_PAGE, MAX_PAGE
from central.web.access import COOKIE, CSRF_HEADER, PROVED_FOR_MS
from central.web.bodies import MAX_BODY_BYTES
from central.web.once import REPLAYED_HEADER
from central.web.problem_documents import MEDIA_TYPE
from protocol.instants import MS_PER_MINUTE
from protocol.sync.signing import COMPONENTS, DIGEST_HEADER, SEQUENCE_HEADER, TAG
from protocol.sync.versions import HEADER as VERSION_HEADER

_KIB = MAX_BODY_BYTES // 1024
_MINUTES = PROVED_FOR_MS // MS_PER_MINUTE
_KEY = idempotency.HEADER
_COVERED = ", ".join(f"`{name}`" for name in COMPONENTS)

GUIDE = f"""\
The office of Paifang: it sells, publishes to gates, takes in their journals, and accounts for the money. All of
console, kiosk and partners' programs use this API. Bodies and answers are JSON in UTF-8. A body has at most {_KIB}
KiB. A field that an operation does not know is refused.

## Sign-in

`POST /api/v1/session` with name and password opens a session. There are two ways to carry it:

- **A browser** gets the cookie `{COOKIE}` (HttpOnly, Secure, SameSite). Each POST, PUT, PATCH and DELETE must also
  carry the header `{CSRF_HEADER}`: its value is `csrf_token` of the session, which `GET /api/v1/session` returns at
  any time.
- **A program** asks with `"bearer": true`, or has a token that an administrator made (`POST /api/v1/tokens`). It
  sends `Authorization: Bearer …`, and no `{CSRF_HEADER}`.

While `must_change_password` is true, only `PUT /api/v1/session/password`, and reading and ending the session, are open.

**Permission.** An operation that needs one names it as `x-permission`. A caller without it gets `403 forbidden`.

**Proof.** What moves money beyond the rules, or keys and roles, needs the password once more. Such an operation, and no
other, has `x-needs-proof: true`. Where the password was not given within the last {_MINUTES} minutes, it answers
`403 proof_required`. Then `POST /api/v1/session/prove`, and repeat the request. Tokens of programs cannot prove.

**Agents** (gates, kiosks, counters) sign each request with their own key, which they make and enrol once by a code
(`POST /agent/v1/enrol`). The signature is by RFC 9421 with `alg="ed25519"`, `tag="{TAG}"`, `keyid` the agent's number
and `created`. It covers, in this order: {_COVERED}.
`{DIGEST_HEADER}` is the SHA-256 of the body by RFC 9530, of the empty body too. `{SEQUENCE_HEADER}` is a number that
rises with each call and is never used again. `{VERSION_HEADER}` names the versions of the protocol that the agent speaks.

## Data scopes

A person sees the own orders (`own`), those of the own sales channel (`channel`), or all. `scope` bounds lists and
reports; `counter_scope` bounds what may be looked up and served one by one. What is outside does not exist for the
caller: `404 not_found`.

## Idempotency keys

An operation with the header `{_KEY}` has its effect once for each key: 8 to 64 letters, digits or `_.:-`, made new
for each intent and repeated with each try. After a timeout, repeat the same request with the same key: the answer is
that of the first. The same key with another request is refused (`idempotency_key_reused`): make a new key when a person
changes the request. Keys are remembered for a week.

Where the document says that the header is required, money moves: without it, nothing is done. Elsewhere it is
optional: an operation that makes or changes something honours a key; without one, a request that is repeated has its effect
again. There, a repetition has the header `{REPLAYED_HEADER}: true` and the bytes of the first answer, a one-time
password or token included. A refusal that changed nothing leaves its key free. `503 busy` says that the first request
still runs: repeat it. `409 conflict` with `detail_code` `answer_lost` says that it was done, and its answer is lost:
look at the list, and make a one-time password or a token again. A person who has lost a right since gets the same.

## Pages

A list returns `items` and `next`. Give `next` as `after` to read on; it is null on the last page. `limit` is
{DEFAULT_PAGE} where it is not given, {MAX_PAGE} at most. A cursor belongs to its list and filters. New rows never
shift a page.

## Problems

Each refusal is `{MEDIA_TYPE}` (RFC 9457):

- `code` is stable: act on it, never on a text. Each operation names its codes beside the status.
- `title` and `detail` are for people, in the language of `Accept-Language`; `detail` says what to do.
- `errors` names the fields at fault by their paths, each with a `message` in that language.
- `detail_code`, and `code` of each of `errors`, name the sentence; `parameters` holds what it names.
- `instance` holds the id of the request, as the header `X-Request-Id` does: staff find the request by it.
- With the header `Retry-After`, repeat after so many seconds. After `503 storage_failed` nothing of the request was
  kept.

Answers may gain fields. Ignore the ones that you do not know; treat an unknown word of an enum as "other".

## Languages

`Accept-Language: zh…` gives titles, names and texts in Chinese; anything else gives English. Fields that end in `_zh`
and `_en` hold both.

## Times

A moment (`…_at`) is RFC 3339 in UTC. A day (`…_day`) is the site's business day, `YYYY-MM-DD`, which may end after
midnight. A local time (`slot_start`, `opens_at`) has no zone: it is the site's. Lengths say their unit: `…_s`,
`…_minutes`, `…_days`. A stretch of time has both its ends: `since` and `until`, `first_day` and `last_day`.

## Money

Money is an integer of fen (1/100 yuan) and ends in `_fen`. There are no fractions and no floating point. Shares are
per mille.

## Names beside numbers

Answers show a thing that has a name as `{{"id": 7, "name": "王芳"}}`, in the caller's language. Bodies and filters take
the number: `seller_id`. The number of a thing in its own view is `…_id`. A ticket's id is 16 hexadecimal digits.
"""
