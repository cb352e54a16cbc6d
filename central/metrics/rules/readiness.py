"""Whether central can serve: one check a part, each with what the operator must do where it fails.

Laws: pure; a check says the same for the same facts; no text says anything of visitors, of people or of the database's address.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from protocol.instants import MS_PER_SECOND, Instant
from protocol.keyring import Purpose

ANSWER_WITHIN_S = 2
# Three turns of the job that signs the feed's timestamps.
LONGEST_SILENCE_S = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found. `revision` is None where the database did not answer in time; `turned_at` is the last turn of the feed."""

    revision: str | None
    newest_revision: str
    missing_keys: tuple[Purpose, ...]
    turned_at: Instant
    now: Instant


@dataclass(frozen=True, slots=True)
class Check:
    """A part of central. `remedy` says what to do; empty where the part is well."""

    name: str
    ok: bool
    remedy: str


def checks(facts: Facts) -> tuple[Check, ...]:
    """Return all checks, always the same ones in the same order."""
    return tuple(Check(name, not remedy, remedy) for name, remedy in _judged(facts))


def _judged(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "database", "" if facts.revision is not None else _NO_ANSWER
    yield "revision", _of_revision(facts)
    yield "keys", "".join(_WITHOUT_KEYS.format(purpose=purpose.value) for purpose in facts.missing_keys[:1])
    yield "feed", _STANDS_STILL if facts.now - facts.turned_at > LONGEST_SILENCE_S * MS_PER_SECOND else ""


def _of_revision(facts: Facts) -> str:
    if facts.revision is None:
        return "unknown while the database does not answer"
    if facts.revision == facts.newest_revision:
        return ""
    return f"the database is at {facts.revision or 'no revision'}, this program needs {facts.newest_revision}: {_MIGRATE}"


_MIGRATE = "stop all of central and start this version, which migrates"
_NO_ANSWER = f"no answer within {ANSWER_WITHIN_S} s: start the database, or free its connections"
_WITHOUT_KEYS = "no key to sign {purpose} with: put the key files back, or run `paifang keys rotate --purpose {purpose}`"
_STANDS_STILL = f"the feed was not served for {LONGEST_SILENCE_S} s: read the log of paifang.jobs, and restart central"
