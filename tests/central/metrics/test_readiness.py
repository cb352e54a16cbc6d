"""Readiness, as a rule: each fault fails its own check, and says what to do."""

from dataclasses import replace

import pytest

from central.metrics.rules.readiness import LONGEST_SILENCE_S, Check, Facts, checks
from protocol.instants import plus
from protocol.keyring import Purpose
from tests.builders.central import NOON

WELL = Facts(revision="0019", newest_revision="0019", missing_keys=(), turned_at=NOON, now=NOON)
LATEST = plus(NOON, seconds=LONGEST_SILENCE_S)
FAULTS = {
    "no answer": (replace(WELL, revision=None), {"database", "revision"}, "start the database"),
    "an older database": (replace(WELL, revision="0018"), {"revision"}, "stop all of central"),
    "an empty database": (replace(WELL, revision=""), {"revision"}, "no revision"),
    "a key that is not here": (replace(WELL, missing_keys=(Purpose.MANIFEST,)), {"keys"}, "--purpose manifest"),
    "a feed that stands still": (replace(WELL, now=plus(LATEST, milliseconds=1)), {"feed"}, "restart central"),
}


def failed(found: tuple[Check, ...]) -> set[str]:
    return {one.name for one in found if not one.ok}


@pytest.mark.parametrize(("facts", "names", "remedy"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_fails_its_check_and_says_what_to_do(facts: Facts, names: set[str], remedy: str) -> None:
    found = checks(facts)
    assert failed(found) == names
    assert remedy in " ".join(one.remedy for one in found)


def test_what_is_well_says_nothing() -> None:
    assert failed(checks(WELL)) == failed(checks(replace(WELL, now=LATEST))) == set()
    assert {one.remedy for one in checks(WELL)} == {""}


def test_the_checks_are_the_same_whatever_is_found() -> None:
    named = {tuple(one.name for one in checks(facts)) for facts, _, _ in FAULTS.values()}
    assert named == {("database", "revision", "keys", "feed")}
