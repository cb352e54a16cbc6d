"""Answers that are kept for requests that come again with their Idempotency-Key.

Laws: an answer may hold a one-time password or a token, so that it is stored only sealed, bound to its key (law 9); a request may
hold a PIN or a document's number, so that its fingerprint is stored only as a keyed digest; both are forgotten with the key.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlmodel import col, update

from central.domain.idempotency import EarlierCall, IdempotencyKey, KeptAnswer
from central.store.claims import Claim, claiming
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.requests import IdempotentRequestRow
from central.store.unit_of_work import Store
from protocol.instants import Instant


class Answers:
    """Remembers what each call with a key has answered."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store and the seal of the office."""
        self._store, self._seal = store, seal

    def claiming(self, key: IdempotencyKey, now: Instant) -> AbstractContextManager[Claim]:
        """Return the block in which the first transaction that writes anything stores the key."""
        return claiming(Claim(key.scope, key.key, key.fingerprint, now))

    async def earlier(self, key: IdempotencyKey) -> EarlierCall | None:
        """Return the call that used this key; Problem where it was another request."""
        async with self._store.reading() as work:
            row = await work.session.get(IdempotentRequestRow, (key.scope, key.key))
        if row is None:
            return None
        key.require_same(row.fingerprint)
        sealed = row.answer_sealed
        return EarlierCall(row.asked_at, None if sealed is None else _read(self._seal.open(sealed, _place(key))))

    async def keep(self, key: IdempotencyKey, answer: KeptAnswer) -> None:
        """Keep what the call that stored this key has answered."""
        sealed = self._seal.seal(_written(answer), _place(key))
        stored = col(IdempotentRequestRow.scope) == key.scope, col(IdempotentRequestRow.key) == key.key
        async with self._store.transaction() as work:
            await work.session.exec(update(IdempotentRequestRow).where(*stored).values(answer_sealed=sealed))

    def keyed(self, key: IdempotencyKey) -> IdempotencyKey:
        """Return the key with the fingerprint that may be stored: without the office's secret, no request fits it."""
        return replace(key, fingerprint=self._seal.digest(f"request {key.fingerprint.hex()}"))


def _place(key: IdempotencyKey) -> SealedField:
    return SealedField("idempotent_request", "answer_sealed", f"{key.scope}/{key.key}")


def _written(answer: KeptAnswer) -> str:
    members = {"status": answer.status, "media_type": answer.media_type, "body": answer.body, "rights": sorted(answer.rights)}
    return json.dumps(members, ensure_ascii=False)


def _read(text: str) -> KeptAnswer:
    members = json.loads(text)
    return KeptAnswer(members["status"], members["media_type"], members["body"], frozenset(members["rights"]))
