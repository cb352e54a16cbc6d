"""The golden sentences: for each reason, why the gate did not open and what helps, in both languages."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from central.reports.rules.refusal_sentences import ACTS, Act, Place, Refused, acts_for, sentence, silence
from protocol.admission.verdict import Details, Language, Reason
from protocol.instants import Instant, plus
from tests.builders.central import NOON

ZONE = ZoneInfo("Asia/Shanghai")
EAST = Place("东门", "East gate")
DETAILS = Details(
    since=plus(NOON, seconds=-600), passes_at=plus(NOON, seconds=3_600), place_zh="西门", place_en="West gate", left=2
)
GOLDEN = Path(__file__).parent / "golden_refusal_sentences.txt"


def refused(reason: str, **more: object) -> Refused:
    return Refused(reason, EAST, NOON, NOON, **more)  # type: ignore[arg-type]


def golden() -> dict[str, list[str]]:
    """Return the sentences of each reason: a line with the reason, then one line a language."""
    paragraphs = GOLDEN.read_text("utf-8").strip().split("\n\n")
    return {lines[0]: lines[1:] for lines in (paragraph.splitlines() for paragraph in paragraphs)}


def test_the_golden_file_has_each_reason_once() -> None:
    assert list(golden()) == [reason.value for reason in Reason]


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_its_sentence_in_both_languages(reason: Reason) -> None:
    said = [sentence(refused(reason, details=DETAILS), language, ZONE, NOON) for language in Language]
    assert said == golden()[reason]


def test_each_reason_names_an_act_and_each_act_helps_somewhere() -> None:
    assert set(ACTS) == set(Reason)
    assert {act for acts in ACTS.values() for act in acts} == set(Act)


@pytest.mark.parametrize(
    ("later_s", "zh", "en"),
    [
        (59, "（闸机记录）", "(the gate's record)"),
        (600, "（闸机记录，{} 补传）", "(the gate's record, sent later, at {})"),
    ],
)
def test_a_record_that_came_late_says_when_it_came(later_s: int, zh: str, en: str) -> None:
    late = Refused("used_up", EAST, NOON, plus(NOON, seconds=later_s))
    at = "10:10"
    assert zh.format(at) in sentence(late, Language.ZH_CN, ZONE, NOON)
    assert en.format(at) in sentence(late, Language.EN, ZONE, NOON)


def test_the_decision_of_central_and_another_day_are_named() -> None:
    online = Refused("used_up", EAST, NOON, NOON, by_central=True)
    tomorrow = plus(NOON, seconds=86_400)
    assert sentence(online, Language.ZH_CN, ZONE, tomorrow).startswith("东门 2026-")
    assert "（中心判定）" in sentence(online, Language.ZH_CN, ZONE, tomorrow)
    assert "(decided by central)" in sentence(online, Language.EN, ZONE, tomorrow)


def test_a_code_of_which_no_gate_has_told_names_no_gate() -> None:
    said = [sentence(Refused("forged"), language, ZONE, NOON) for language in Language]
    assert said == [
        "签名或内容不符，疑似伪造；请核对订单。",
        "Signature or contents do not match: likely forged; check the order.",
    ]


def test_a_reason_of_a_newer_gate_is_quoted() -> None:
    newer = refused("moon_phase")
    assert "“moon_phase”" in sentence(newer, Language.ZH_CN, ZONE, NOON)
    assert "“moon_phase”" in sentence(newer, Language.EN, ZONE, NOON)
    assert acts_for("moon_phase") == (Act.CHECK_ORDER,)


def test_what_is_not_known_is_said() -> None:
    seen = Instant(NOON - 12 * 60_000)
    assert silence(EAST, seen, Language.ZH_CN, NOON) == "东门 12 分钟未联系，之后的记录尚未到。"
    assert silence(EAST, seen, Language.EN, NOON) == "East gate has not called for 12 min: what it did since is not known here."
