"""What changed, as the exported audit says it to people."""

from datetime import UTC

import pytest

from central.audit.rules.changes import Changes, changes_between, hidden_change, written
from central.reports.audit_table import AUDIT_COLUMNS
from central.reports.listing import Names
from central.store.tables.audit import AuditRow
from tests.builders.central import NOON


def said(changes: Changes, *, chinese: bool) -> object:
    """What the column of changes shows."""
    names = Names({7: "Li"}, {1: "成人票"}, {3: "北门"}, {1: "古镇"}, {}, {1: UTC}, chinese)
    detail: dict[str, str | int | None] = {"reason": "fair", **written(changes)}
    row = AuditRow(id=1, recorded_at=NOON, user_id=7, action="a.b", subject="a:1", detail=detail)
    shown = {one.title_en: one.value(row, names) for one in AUDIT_COLUMNS}
    assert shown["Further detail"] == '{"reason": "fair"}'
    return shown["Changes"]


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ((), "", ""),
        (changes_between({"price_fen": 1}, {"price_fen": 2}), "price_fen: 1 -> 2", "price_fen: 1 -> 2"),
        (changes_between({"a": "x", "b": True}, {"b": False}), "a: x -> -; b: true -> false", "a: x -> -; b: true -> false"),
        (
            changes_between({"ticket_type_ids": [1]}, {"ticket_type_ids": [1, 2]}),
            "ticket_type_ids: [1 (成人票)] -> [1 (成人票), 2]",
            "ticket_type_ids: [1 (成人票)] -> [1 (成人票), 2]",
        ),
        (changes_between(None, {"site_id": 1}), "site_id: - -> 1 (古镇)", "site_id: - -> 1 (古镇)"),
        ((hidden_change("pin"),), "pin: changed, not shown", "pin: 已更改，不显示"),
        (
            changes_between({"members": ["1"] * 200}, {"members": ["1"] * 190}),
            "members: (190 the same) [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] -> []",
            "members: （前 190 相同）[1, 1, 1, 1, 1, 1, 1, 1, 1, 1] -> []",
        ),
        (
            changes_between({"text": "a"}, {"text": "b" * 410}),
            f"text: a -> {'b' * 400} (10 more)",
            f"text: a -> {'b' * 400}（另有 10）",
        ),
    ],
)
def test_a_change_is_said_in_words(changes: Changes, english: str, chinese: str) -> None:
    assert said(changes, chinese=False) == english
    assert said(changes, chinese=True) == chinese


def test_changes_that_the_record_left_out_are_counted() -> None:
    changes = changes_between(None, {f"field_{number}": number for number in range(70)})
    english, chinese = said(changes, chinese=False), said(changes, chinese=True)
    assert str(english).endswith("field_59: - -> 59; 10 further fields")
    assert str(chinese).endswith("field_59: - -> 59; 另有 10 个字段")
