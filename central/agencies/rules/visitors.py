"""The visitors of a group, by name and document: pure."""

from dataclasses import dataclass

from protocol.holders import Document


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor of a group."""

    name: str
    document: Document
