"""What a lane asks the desk, and what the desk answers."""

from dataclasses import dataclass

from protocol.admission.facts import HolderShown
from protocol.admission.verdict import Verdict
from protocol.identifiers import AttemptId, CheckPointId, Sequence
from protocol.scan_parser import Shown


@dataclass(frozen=True, slots=True)
class Showing:
    """One credential at one check point. `supervisor` is the person who overrides, `holder` what is known of the visitor.

    `whole_group` asks for as many persons of a group as may pass, instead of `persons`.
    """

    attempt_id: AttemptId
    check_point: CheckPointId
    shown: Shown
    persons: int = 1
    whole_group: bool = False
    holder: HolderShown = HolderShown.NOT_YET
    supervisor: int | None = None
    fire: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, and its journal sequence: None where no entry was or could be written."""

    verdict: Verdict
    sequence: Sequence | None
