"""Ready-made parameters for the common types: a type has many, so a page fills its form with a preset for the user to change.

Laws: pure; each preset is a type that can be added without a change; names are given in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from central.catalog.checks import Check, DailyUses, TimeSlot, TotalUses
from central.catalog.concessions import EvidenceKind, Ground
from central.catalog.parameters import Activation, DaysFromVisit, EntitlementParameters, Group, Slot, TicketTypeParameters
from central.catalog.sale import KnownBy, PersonLimit, SaleRules, Stock, StockPer

_USES = 10
_OLD, _YOUNG = 60, 18
_YEAR_DAYS = 365
_SLOT_HOURS = (9, 11, 13, 15)
_SLOT_MINUTES = 120
_SLOT_PLACES = 500


@dataclass(frozen=True, slots=True)
class Preset:
    """A common type: its key, its purpose in both languages, and its parameters."""

    key: str
    title_zh: str
    title_en: str
    parameters: TicketTypeParameters


def presets(site: int) -> tuple[Preset, ...]:
    """Return the presets for types of one site."""
    once = TotalUses(check="total-uses", most=1)
    return (
        _preset("single", "单次票：当日入园一次", "Single: one entry on the day", _right(site, once)),
        _preset(
            "multi-use",
            "次票：一年内入园十次，每日一次",
            "Multi-use: ten entries within a year, one a day",
            _right(site, TotalUses(check="total-uses", most=_USES), DailyUses(check="daily-uses", most=1)),
            validity=DaysFromVisit(kind="days-from-visit", days=_YEAR_DAYS),
        ),
        _preset(
            "annual-pass",
            "年票：实名，一年内每日一次",
            "Annual pass: real-name, once a day for a year",
            _right(site, DailyUses(check="daily-uses", most=1)),
            validity=DaysFromVisit(kind="days-from-visit", days=_YEAR_DAYS),
            is_real_name=True,
        ),
        _preset("package", "套票：一票两项，每项一次", "Package: two rights, once each", _right(site, once), _right(site, once)),
        _preset(
            "group",
            "团体票：一码十人以上",
            "Group: one code for ten or more",
            _right(site, once),
            group=Group(minimum=10, maximum=200),
        ),
        _preset(
            "real-name",
            "实名票：每证每日限购一张",
            "Real-name: one a day for each document",
            _right(site, once),
            is_real_name=True,
            sale=SaleRules(person_limit=PersonLimit(known_by=KnownBy.DOCUMENT, a_day=1)),
        ),
        _preset(
            "by-code",
            "密码激活票：凭激活码启用",
            "Activated by code: sold in bulk, activated by the person who has the code",
            _right(site, once),
            activation=Activation(),
            unseen_allowed=False,
        ),
        _by_evidence(site),
        _timed_slots(site),
    )


def _by_evidence(site: int) -> Preset:
    return _preset(
        "concession",
        "优待票：老人、儿童、学生，凭证购票",
        "Concession: the old, children and students, by evidence",
        _right(site, TotalUses(check="total-uses", most=1)),
        concession=[
            Ground(evidence=EvidenceKind.IDENTITY_DOCUMENT, minimum_age=_OLD),
            Ground(evidence=EvidenceKind.IDENTITY_DOCUMENT, maximum_age=_YOUNG),
            Ground(evidence=EvidenceKind.STUDENT_CARD, asks_number=True),
        ],
    )


def _timed_slots(site: int) -> Preset:
    slots = [Slot(start=time(hour), minutes=_SLOT_MINUTES) for hour in _SLOT_HOURS]
    once, slot = TotalUses(check="total-uses", most=1), TimeSlot(check="time-slot", before_minutes=15, after_minutes=30)
    return _preset(
        "timed-slots",
        "分时预约票：每时段限量",
        "Timed slots: so many for each slot",
        _right(site, once, slot),
        slots=slots,
        sale=SaleRules(stock=Stock(per=StockPer.SLOT, places=_SLOT_PLACES)),
    )


def _right(site: int, *always: Check) -> EntitlementParameters:
    return EntitlementParameters(sites=[site], always=list(always))


def _preset(key: str, title_zh: str, title_en: str, *rights: EntitlementParameters, **more: object) -> Preset:
    stated: Mapping[str, object] = {"name_zh": title_zh.partition("：")[0], "name_en": title_en.partition(":")[0], **more}
    return Preset(key, title_zh, title_en, TicketTypeParameters.model_validate({**stated, "entitlements": list(rights)}))
