"""Which page is heard and which one holds the devices, in virtual time."""

from pathlib import Path

import pytest

from edge.counter.door import CREDIT_A_SECOND, MOST_CREDIT, Act, Door, Effect, End, Greet, Say
from edge.counter.messages import MAX_MESSAGE_BYTES, Lamps, OpenDrawer, Paired, RefusedFor
from edge.counter.pairing import Pairing
from edge.counter.store import CounterStore
from edge.devices.ports import Sign

HELLO = '{"type": "hello", "version": 1, "token": "token"}'
LAMPS = '{"type": "lamps", "sign": "go"}'


class Bench:
    def __init__(self, path: Path) -> None:
        self.now_s = 0.0
        self.pairing = Pairing(CounterStore(path), lambda: self.now_s, lambda: "12345678", lambda: "token")
        self.door = Door(self.pairing, lambda: self.now_s)

    def pair(self) -> int:
        """A page that was paired by the code and holds the devices."""
        page, code = self.door.opened(), self.pairing.begin()
        said = self.door.heard(page, f'{{"type": "pair", "version": 1, "code": "{code}"}}')
        assert said[:1] == (Say(page, Paired(token="token")),)
        assert said[-1] == Greet(page)
        return page


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "counter.db")


def test_a_paired_page_holds_the_devices_and_orders(bench: Bench) -> None:
    page = bench.pair()
    assert bench.door.holder == page
    assert bench.door.heard(page, LAMPS) == (Act(Lamps(sign=Sign.GO)),)
    assert bench.door.heard(page, '{"type": "open_drawer", "id": "1"}') == (Act(OpenDrawer(id="1")),)


def test_the_newest_page_wins_and_the_old_one_is_told_and_heard_no_more(bench: Bench) -> None:
    old, new = bench.pair(), bench.door.opened()
    assert bench.door.heard(new, HELLO) == (End(old, RefusedFor.REPLACED), Greet(new))
    assert bench.door.heard(old, LAMPS) == ()
    bench.door.closed(old)
    assert bench.door.holder == new
    bench.door.closed(new)
    assert bench.door.holder is None


def test_a_page_that_says_hello_again_is_greeted_again(bench: Bench) -> None:
    page = bench.pair()
    assert bench.door.heard(page, HELLO) == (Greet(page),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAMPS, RefusedFor.NOT_PAIRED),
        ('{"type": "hello", "version": 1, "token": ""}', RefusedFor.NOT_PAIRED),
        ('{"type": "hello", "version": 1, "token": "wrong"}', RefusedFor.NOT_PAIRED),
        ('{"type": "hello", "version": 2, "token": "token"}', RefusedFor.VERSION),
        ('{"type": "pair", "version": 0, "code": "12345678"}', RefusedFor.VERSION),
        ('{"type": "pair", "version": 1, "code": "00000000"}', RefusedFor.CODE),
        ("nonsense", RefusedFor.MALFORMED),
        ("", RefusedFor.MALFORMED),
    ],
)
def test_a_page_that_did_not_prove_itself_is_not_heard_and_holds_nothing(bench: Bench, text: str, reason: RefusedFor) -> None:
    holder, stranger = bench.pair(), bench.door.opened()
    assert bench.door.heard(stranger, text) == (End(stranger, reason),)
    assert bench.door.holder == holder
    assert bench.door.open_pages == 1


def effects(bench: Bench, page: int, text: str, times: int) -> list[Effect]:
    return [effect for _ in range(times) for effect in bench.door.heard(page, text)]


def test_a_flood_ends_its_own_page_only_and_a_steady_page_is_heard(bench: Bench) -> None:
    page, other = bench.pair(), bench.door.opened()
    assert End(other, RefusedFor.TOO_FAST) not in effects(bench, other, HELLO, 1)
    flood = effects(bench, other, LAMPS, int(MOST_CREDIT) + 1)
    assert flood[-1] == End(other, RefusedFor.TOO_FAST)
    page = bench.door.opened()
    bench.door.heard(page, HELLO)
    for _ in range(2_000):
        bench.now_s += 2 / CREDIT_A_SECOND
        assert bench.door.heard(page, LAMPS) == (Act(Lamps(sign=Sign.GO)),)


def test_a_message_that_is_too_long_ends_its_page(bench: Bench) -> None:
    page = bench.pair()
    assert bench.door.heard(page, "x" * (MAX_MESSAGE_BYTES + 1)) == (End(page, RefusedFor.TOO_FAST),)


def test_unpairing_ends_every_page(bench: Bench) -> None:
    holder, other = bench.pair(), bench.door.opened()
    assert bench.door.unpaired() == (End(holder, RefusedFor.UNPAIRED), End(other, RefusedFor.UNPAIRED))
    page = bench.door.opened()
    assert bench.door.heard(page, HELLO) == (End(page, RefusedFor.NOT_PAIRED),)
