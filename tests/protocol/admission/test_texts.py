"""The texts for visitors and staff: each reason in both languages, with times in the site's time zone."""

from zoneinfo import ZoneInfo

import pytest

from protocol.admission.verdict import NO_DETAILS, CallStaff, Details, Language, Reason, Refuse, staff_text, visitor_text
from tests.builders.admission import ZONE, at

FULL = Details(since=at("09:00"), passes_at=at("12:00"), place_zh="东门", place_en="East gate", left=5)
READERS = [visitor_text, staff_text]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("details", [NO_DETAILS, FULL], ids=["bare", "full"])
def test_every_reason_reads_well_in_both_languages(reason: Reason, details: Details) -> None:
    for read in READERS:
        chinese = read(Refuse(reason, None, details), Language.ZH_CN, ZONE)
        english = read(CallStaff(reason, None, details), Language.EN, ZONE)
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
        assert english.isascii()
        assert "{" not in chinese + english
        assert "None" not in chinese + english


def test_what_visitors_read_names_no_weakness() -> None:
    """The screen does not tell the holder of a forged or stolen ticket how it was detected."""
    forged = visitor_text(Refuse(Reason.FORGED), Language.EN, ZONE)
    assert "forg" not in forged.lower()
    assert "signature" not in forged.lower()


@pytest.mark.parametrize(
    ("zone", "said"), [("Asia/Shanghai", "2026-05-10 12:00"), ("Europe/Berlin", "2026-05-10 06:00"), ("UTC", "2026-05-10 04:00")]
)
def test_times_are_the_sites(zone: str, said: str) -> None:
    verdict = Refuse(Reason.NOT_YET_VALID, None, FULL)
    assert said in visitor_text(verdict, Language.EN, ZoneInfo(zone))
    assert said in staff_text(verdict, Language.ZH_CN, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("reason", "language", "said"),
    [
        (Reason.USED_UP, Language.ZH_CN, "此票已使用（2026-05-10 09:00）：东门，剩余 5 人次"),
        (Reason.USED_UP, Language.EN, "This ticket has been used (2026-05-10 09:00): East gate, 5 left."),
        (Reason.TOO_MANY_PERSONS, Language.EN, "At most 5 persons at a time."),
        (Reason.WRONG_GATE, Language.ZH_CN, "此票不在此处使用：东门"),
        (Reason.TOO_SOON, Language.EN, "Too soon after the last entry (from 2026-05-10 12:00), 5 left."),
        (Reason.VOID, Language.ZH_CN, "此票已退或已取消（2026-05-10 09:00）"),
    ],
)
def test_the_text_is_exactly(reason: Reason, language: Language, said: str) -> None:
    assert visitor_text(Refuse(reason, None, FULL), language, ZONE) == said
