"""Who may hear which event: kind x permission x scope."""

from itertools import product

import pytest

from central.domain.principal import DataScope, Principal
from central.identity.permissions import ALL
from central.live.rules.hearing import PERMISSION, Concerned, rights_of
from central.live.rules.positions import Position
from central.live_events.kinds import LiveKind

ME, OTHER = 7, 8
OF_ORDERS = (LiveKind.ADMISSION, LiveKind.REFUSAL, LiveKind.CONFLICT, LiveKind.ORDER, LiveKind.PAYMENT, LiveKind.REFUND)
OF_DEVICES = (LiveKind.AGENT, LiveKind.ALARM)
# Whose the order is: (seller, channel), or no order; and which scopes hear it.
WHOSE = {
    (ME, "window"): {DataScope.OWN, DataScope.CHANNEL, DataScope.ALL},
    (ME, "kiosk"): {DataScope.OWN, DataScope.ALL},
    (OTHER, "window"): {DataScope.CHANNEL, DataScope.ALL},
    (OTHER, "kiosk"): {DataScope.ALL},
    (0, "window"): {DataScope.ALL},
    (None, None): {DataScope.ALL},
}


def somebody(scope: DataScope, *permissions: str) -> Principal:
    return Principal(ME, "me", frozenset(permissions), must_change_password=False, scope=scope, channel="window")


def test_each_kind_has_its_permission() -> None:
    assert set(PERMISSION) == set(LiveKind)
    assert [kind for kind, permission in PERMISSION.items() if permission is None] == [LiveKind.EXPORT]


@pytest.mark.parametrize("kind", OF_ORDERS)
def test_what_belongs_to_an_order_is_heard_within_the_scope_and_with_the_permission(kind: LiveKind) -> None:
    for (whose, scopes), scope in product(WHOSE.items(), DataScope):
        one = Concerned(kind, *whose)
        assert rights_of(somebody(scope, *ALL)).hears(one) is (scope in scopes), (whose, scope)
        assert rights_of(somebody(scope, str(PERMISSION[kind]))).hears(one) is (scope in scopes), (whose, scope)
        others = [permission for permission in ALL if permission != PERMISSION[kind]]
        assert not rights_of(somebody(scope, *others)).hears(one), (whose, scope)


@pytest.mark.parametrize("kind", OF_DEVICES)
@pytest.mark.parametrize("scope", DataScope)
def test_devices_are_heard_in_the_scope_of_all(kind: LiveKind, scope: DataScope) -> None:
    assert rights_of(somebody(scope, *ALL)).hears(Concerned(kind)) is (scope is DataScope.ALL)
    assert not rights_of(somebody(scope)).hears(Concerned(kind))


@pytest.mark.parametrize("scope", DataScope)
def test_an_export_is_heard_by_its_person_alone(scope: DataScope) -> None:
    assert rights_of(somebody(scope)).hears(Concerned(LiveKind.EXPORT, user_id=ME))
    assert not rights_of(somebody(scope, *ALL)).hears(Concerned(LiveKind.EXPORT, user_id=OTHER))
    assert not rights_of(somebody(scope, *ALL)).hears(Concerned(LiveKind.EXPORT))


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "1-2-3", "a-b", "١-١", f"{1 << 63}-0", "1-2 ", "99999999999999999999-1"])
def test_what_is_no_position(text: str) -> None:
    assert Position.parsed(text) is None


@pytest.mark.parametrize("text", ["0-0", "7-12", f"{(1 << 63) - 1}-{(1 << 63) - 1}"])
def test_a_position_is_read_as_it_was_written(text: str) -> None:
    assert str(Position.parsed(text)) == text
