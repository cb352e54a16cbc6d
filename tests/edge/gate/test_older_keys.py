"""A card is known by the hashes of the site's older keys too, for as long as the gate keeps them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from edge.gate.attempt import Answer, Showing
from protocol.admission.facts import DocumentCard
from protocol.admission.passages import PassageKind
from protocol.admission.policy import SiteRules, WalkInRule
from protocol.admission.tables import SITE_RULES, encode_site_rules
from protocol.admission.verdict import Admit, Reason, Refuse
from protocol.feed.records import CredentialEntry, CredentialKind
from protocol.identifiers import AttemptId
from protocol.journal.events import Outcome, OutcomeResult
from protocol.scan_parser import read_card
from tests.builders.feed import ENTRY_POINT, SITE, FeedSimulator, sample_tables, ticket
from tests.builders.gate import GateRig

OLD, NEW = bytes(16), bytes([1] * 16)
ONE = ticket(0x1111)
SENIORS = WalkInRule(7, "六十五岁以上", "65 and over", 65, None, (), None, None, frozenset())


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[GateRig]:
    rules = encode_site_rules(SiteRules(SITE, "Asia/Shanghai", None, 2, (SENIORS,)))
    rig = GateRig(tmp_path, FeedSimulator(sample_tables() | {SITE_RULES: rules}))
    yield rig
    rig.close()


async def show(rig: GateRig, *hashes: bytes, attempt: int) -> Answer:
    """Present a card as a reader gives it: hashed by the site's newest key, and by the older ones that are still kept."""
    card = read_card(DocumentCard(hashes[0], date(1950, 1, 1), "110101"), hashes[1:])
    return await rig.desk.ask(Showing(AttemptId(bytes([attempt] * 16)), ENTRY_POINT, card))


@pytest.mark.law(9)
async def test_a_card_finds_what_was_sold_before_the_sites_key_changed(rig: GateRig) -> None:
    await rig.publish(ONE, credentials=(CredentialEntry(OLD, CredentialKind.ID_CARD, ONE.ticket_id),))
    answer = await show(rig, NEW, OLD, attempt=1)
    assert isinstance(answer.verdict, Admit)
    assert answer.verdict.ticket_id == ONE.ticket_id


@pytest.mark.law(9)
async def test_who_walked_in_before_the_sites_key_changed_has_been_in_that_day(rig: GateRig) -> None:
    await rig.publish(ONE)
    let_in = await show(rig, OLD, attempt=1)
    assert isinstance(let_in.verdict, Admit)
    assert let_in.verdict.kind is PassageKind.WALK_IN
    assert let_in.sequence is not None
    rig.note(Outcome(let_in.sequence, OutcomeResult.PASSED, 1))
    again = await show(rig, NEW, OLD, attempt=2)
    assert isinstance(again.verdict, Refuse)
    assert again.verdict.reason is Reason.DAILY_LIMIT
    assert isinstance((await show(rig, NEW, attempt=3)).verdict, Admit)  # without the older key it counts as another person
