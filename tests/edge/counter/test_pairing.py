"""Pairing: one code, one page, five tries, five minutes; the tokens outlive the agent as hashes."""

from pathlib import Path

import pytest

from edge.counter.pairing import CODE_LIVES_S, MAX_TRIES, Pairing
from edge.counter.store import MAX_PAGES, MAX_PRINTS, CounterStore, PrintState
from protocol.errors import StorageError


class Bench:
    def __init__(self, path: Path) -> None:
        self.now_s = 0.0
        self.made = 0
        self.store = CounterStore(path)
        self.pairing = Pairing(self.store, lambda: self.now_s, self.code, self.token)

    def code(self) -> str:
        return f"{12345678 + self.made}"

    def token(self) -> str:
        self.made += 1
        return f"token-{self.made}"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "counter.db")


def test_a_code_makes_one_token_and_the_token_proves_its_page(bench: Bench) -> None:
    code = bench.pairing.begin()
    token = bench.pairing.pair(code)
    assert token == "token-1"
    assert bench.pairing.proves(token)
    assert not bench.pairing.proves("token-2")
    assert bench.pairing.pair(code) is None


def test_without_a_code_shown_no_page_is_paired(bench: Bench) -> None:
    assert bench.pairing.pair("") is None
    assert bench.pairing.pair("12345678") is None


@pytest.mark.parametrize(("wrong", "paired"), [(MAX_TRIES - 1, True), (MAX_TRIES, False)])
def test_a_code_ends_after_five_wrong_tries(bench: Bench, *, wrong: int, paired: bool) -> None:
    code = bench.pairing.begin()
    for _ in range(wrong):
        assert bench.pairing.pair("00000000") is None
    assert (bench.pairing.pair(code) is not None) is paired


@pytest.mark.parametrize(("waited_s", "paired"), [(CODE_LIVES_S - 1, True), (CODE_LIVES_S, False)])
def test_a_code_lives_five_minutes(bench: Bench, *, waited_s: float, paired: bool) -> None:
    code = bench.pairing.begin()
    bench.now_s += waited_s
    assert (bench.pairing.pair(code) is not None) is paired


def test_a_newer_code_ends_the_older_one(bench: Bench) -> None:
    old = bench.pairing.begin()
    bench.made = 5
    assert bench.pairing.pair(bench.pairing.begin()) is not None
    assert bench.pairing.pair(old) is None


def test_a_pairing_outlives_the_agent_and_its_file_holds_no_token(bench: Bench, tmp_path: Path) -> None:
    token = bench.pairing.pair(bench.pairing.begin())
    assert token is not None
    bench.store.close()
    again = Bench(tmp_path / "counter.db")
    assert again.pairing.proves(token)
    assert all(token.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    again.pairing.unpair()
    assert not again.pairing.proves(token)


def test_the_oldest_of_too_many_pages_is_forgotten(bench: Bench) -> None:
    tokens = [bench.pairing.pair(bench.pairing.begin()) or "" for _ in range(MAX_PAGES + 1)]
    assert [bench.pairing.proves(token) for token in tokens] == [False, *[True] * MAX_PAGES]


def test_a_print_that_was_under_way_when_the_agent_died_may_have_come_out(bench: Bench, tmp_path: Path) -> None:
    for print_id, state in (("a", PrintState.BEGUN), ("b", PrintState.PRINTED), ("c", PrintState.UNKNOWN), ("d", PrintState.NEW)):
        bench.store.save_print(print_id, PrintState.BEGUN)
        bench.store.save_print(print_id, state)
    bench.store.close()
    store = CounterStore(tmp_path / "counter.db")
    assert [store.print_state(one) for one in "abcde"] == [
        PrintState.UNKNOWN,
        PrintState.PRINTED,
        PrintState.UNKNOWN,
        PrintState.NEW,
        PrintState.NEW,
    ]


def test_old_prints_are_forgotten(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PRINTS >= 5_000, "several days of a window"
    monkeypatch.setattr("edge.counter.store.MAX_PRINTS", 3)
    for number in range(5):
        bench.store.save_print(str(number), PrintState.BEGUN)
    assert [bench.store.print_state(str(number)) for number in range(5)] == [PrintState.NEW] * 2 + [PrintState.BEGUN] * 3


@pytest.mark.parametrize("found", [b"no database" * 500, None])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, found: bytes | None) -> None:
    path = tmp_path / "counter.db"
    path.mkdir() if found is None else path.write_bytes(found)
    with pytest.raises(StorageError, match=r"counter\.db"):
        CounterStore(path)
