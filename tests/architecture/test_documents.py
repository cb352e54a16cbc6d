"""Code and documents cite only things that exist: documents, laws, decisions, paths, links. Each check must find its plant."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, named, tracked_files
from tests.laws.names import LAWS

SUFFIXES = {"", ".py", ".md", ".toml", ".sh"}
DECISIONS = ROOT / "docs" / "decisions"
# Documents that were never in the repository. Built from pieces, so that this file does not contain the searched names.
GONE = re.compile("|".join((r"\bdesign" + r"\.md\b", r"(?<![\w/])reference" + "/", r"\bhardware" + " notes?\\b")))
_DOCUMENT = re.compile(r"(?<![\w./-])(?:\.\./)*(?:[\w-]+/)*[\w-]+\.md\b")
_NUMBERS = r"\s+\(?(\d+(?:(?:,\s*(?:and\s+)?|\s+and\s+)\d+)*)"
_LAW = re.compile(r"\blaws?" + _NUMBERS, re.IGNORECASE)
_LAW_MARK = re.compile(r"\bmark\.law\((\d+)\)")
_LAW_HEADING = re.compile(r"^## Law (\d+)\. (.+)$", re.MULTILINE)
_DECISION = re.compile(r"\bdecisions?" + _NUMBERS, re.IGNORECASE)
_DECISION_FILE = re.compile(r"\bdecisions/(\d{4})")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(rf"(?<![\w./<-])(?:{'|'.join((*PACKAGES, 'tests', 'docs', 'scripts'))})/[\w./-]*[\w/]")
_RECORD = re.compile(
    r"# (?P<number>\d{4}): (?P<title>\S[^\n]*)\n\n"
    r"- Date: (?P<date>\d{4}-\d{2}-\d{2})\n"
    r"- Status: (?P<status>\S[^\n]*)\n\n"
    r"## Decision\n\n(?P<decision>\S.*?)\n\n"
    r"## Why\n\n(?P<why>\S.*?)\n\n"
    r"## Consequences\n\n(?P<consequences>\S.*)\n",
    re.DOTALL,
)

PLANTED = (ROOT / "PLANTED").with_suffix(".md")  # the file of planted texts
Finder = Callable[[Path, str], Iterator[str]]


@cache
def texts() -> tuple[tuple[Path, str], ...]:
    """Return every text of the repository, with its path."""
    chosen = [path for path in tracked_files() if path.suffix in SUFFIXES]
    return tuple((path, path.read_text(encoding="utf-8")) for path in chosen)


@cache
def document_names() -> frozenset[str]:
    return frozenset(path.name for path in tracked_files() if path.suffix == ".md")


@cache
def decision_numbers() -> frozenset[int]:
    return frozenset(int(path.name[:4]) for path in DECISIONS.glob("[0-9]*.md"))


def numbers_in(pattern: re.Pattern[str], text: str) -> set[int]:
    return {int(number) for found in pattern.findall(text) for number in re.findall(r"\d+", found)}


def missing_documents(path: Path, text: str) -> Iterator[str]:
    """Yield each cited document that does not exist: from the root, beside the file that cites it, or by its bare name."""
    for cited in _DOCUMENT.findall(text):
        by_name = "/" not in cited and cited in document_names()
        if not (by_name or (ROOT / cited).is_file() or (path.parent / cited).is_file()):
            yield cited


def missing_laws(_: Path, text: str) -> Iterator[str]:
    """Yield each cited law that docs/laws.md does not have."""
    cited = numbers_in(_LAW, text) | numbers_in(_LAW_MARK, text)
    yield from (f"law {number}" for number in sorted(cited - set(LAWS)))


def missing_decisions(_: Path, text: str) -> Iterator[str]:
    """Yield each cited decision that has no record."""
    cited = numbers_in(_DECISION, text) | numbers_in(_DECISION_FILE, text)
    yield from (f"decision {number}" for number in sorted(cited - decision_numbers()))


def gone_documents(_: Path, text: str) -> Iterator[str]:
    """Yield each citation of a document that was never here."""
    yield from GONE.findall(text)


def broken_links(path: Path, text: str) -> Iterator[str]:
    """Yield each relative link of a document without a target."""
    if path.suffix == ".md":
        for link in _LINK.findall(text):
            target = link.partition("#")[0]
            if target and ":" not in target and not (path.parent / target).exists():
                yield link


def missing_paths(path: Path, text: str) -> Iterator[str]:
    """Yield each path that a document names and that does not exist; a path ends where `<anything>` begins."""
    if path.suffix == ".md":
        yield from (cited for cited in _PATH.findall(text) if not (ROOT / cited).exists())


FINDERS: tuple[Finder, ...] = (
    missing_documents,
    missing_laws,
    missing_decisions,
    gone_documents,
    broken_links,
    missing_paths,
)


def record_fault(stem: str, text: str) -> str | None:
    """Return which of its seven parts a decision record lacks, or None."""
    record = _RECORD.fullmatch(text)
    if record is None:
        return "not in the form: number, title, date, status, decision, why, consequences"
    return None if stem.startswith(f"{record['number']}-") else "another number than its file"


@pytest.mark.parametrize("finder", FINDERS, ids=lambda one: one.__name__)
def test_what_is_cited_is_there(finder: Finder) -> None:
    assert {named(path): found for path, text in texts() if (found := list(finder(path, text)))} == {}


@pytest.mark.parametrize(
    ("finder", "planted"),
    [
        (missing_documents, "see docs/nowhere" + ".md"),
        (missing_documents, "as NOWHERE" + ".md says"),
        (missing_documents, "[it](../nowhere" + ".md)"),
        (missing_laws, "(law " + "13)"),
        (missing_laws, "Laws (law " + "0): none"),
        (missing_laws, "laws 3 " + "and 14"),
        (missing_laws, "laws 1, 4,\n" + "15"),
        (missing_laws, "@pytest.mark." + "law(13)"),
        (missing_decisions, "decision " + "999 says so"),
        (missing_decisions, "decisions 2 " + "and 998"),
        (missing_decisions, "(docs/decisions/" + "0999)"),
        (gone_documents, "(design" + ".md, section 3)"),
        (gone_documents, "Facts: reference" + "/payments"),
        (gone_documents, "Facts: hardware" + " notes 1c"),
        (broken_links, "[laws](docs/" + "nowhere)"),
        (broken_links, "[laws](docs/nowhere" + ".md#law-1)"),
        (missing_paths, "kept in `central/" + "nowhere.py`"),
    ],
)
def test_a_planted_citation_is_found(finder: Finder, planted: str) -> None:
    assert list(finder(PLANTED, planted))


@pytest.mark.parametrize(
    "sound",
    [
        "laws 3 and 4, in docs/laws.md; decisions 1 and 16; [laws](docs/laws.md#law-1); `central/office.py`; SPEC.md",
        "https://example.org/a/b" + ".md",
        "a reference to it, and preference/s",
    ],
)
def test_a_sound_citation_is_not(sound: str) -> None:
    assert [found for finder in FINDERS for found in finder(PLANTED, sound)] == []


def test_the_laws_have_the_names_by_which_make_laws_prints_them() -> None:
    written = (ROOT / "docs" / "laws.md").read_text(encoding="utf-8")
    assert {int(number): name for number, name in _LAW_HEADING.findall(written)} == LAWS


def test_no_decision_is_missing() -> None:
    assert decision_numbers() == frozenset(range(1, len(decision_numbers()) + 1))
    assert len(decision_numbers()) == len(list(DECISIONS.iterdir()))


def test_every_decision_record_has_its_seven_parts() -> None:
    read = {path.stem: path.read_text(encoding="utf-8") for path in sorted(DECISIONS.iterdir())}
    assert {name: fault for name, text in read.items() if (fault := record_fault(name, text))} == {}


RECORD = "# 0001: A\n\n- Date: 2026-11-23\n- Status: In force.\n\n## Decision\n\nB.\n\n## Why\n\nC.\n\n## Consequences\n\nD.\n"


@pytest.mark.parametrize(
    "lacking", ["# 0001: A\n", "- Date: 2026-11-23\n", "- Status: In force.\n", "B.\n", "## Why\n", "C.\n", "D.\n"]
)
def test_a_planted_record_without_a_part_is_found(lacking: str) -> None:
    assert record_fault("0001-a", RECORD) is None
    assert record_fault("0001-a", RECORD.replace(lacking, ""))


def test_a_planted_record_under_another_number_is_found() -> None:
    assert record_fault("0002-a", RECORD)
