"""The questions that screens and the command line ask an agent on its own computer: one JSON object per line, each way.

Laws: no message opens an arm, except a supervisor's override, which a PIN proves and the journal records; no personal data and no
key is ever sent, and an answer never holds a PIN (the answer to `pair` holds a code that lives five minutes and is taken once);
an unknown question gets an answer that says so.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from protocol.errors import InputError

MAX_LINE_BYTES = 64 * 1024


class Question(StrEnum):
    """The questions that the agent answers."""

    STATUS = "status"
    TICKET = "ticket"
    SIGN_OFF = "sign-off"
    OPEN = "open"
    UNLOCK = "unlock"
    OVERRIDE = "override"
    PAIR = "pair"
    UNPAIR = "unpair"


@dataclass(frozen=True, slots=True)
class Request:
    """A question; `ticket` is a ticket's number or short number where it is about one.

    `person` and `pin` are a supervisor's: to unlock all lanes for some `minutes`, or to override the last refusal of a `lane`.
    """

    question: Question
    ticket: str = ""
    person: int = 0
    pin: str = field(default="", repr=False)
    minutes: int = 0
    lane: str = ""

    def to_line(self) -> bytes:
        """Return the request's bytes."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Request":
        """Read a request; raise InputError where it is not understood."""
        try:
            value = json.loads(line)
            return cls(
                question=Question(value["question"]),
                ticket=str(value.get("ticket", "")),
                person=int(value.get("person", 0)),
                pin=str(value.get("pin", "")),
                minutes=int(value.get("minutes", 0)),
                lane=str(value.get("lane", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise InputError(f"not a question ({type(error).__name__}); ask one of {', '.join(Question)}") from error


def answer_line(answer: Mapping[str, object]) -> bytes:
    """Return an answer's bytes."""
    return json.dumps(answer, ensure_ascii=False).encode() + b"\n"


def read_answer(line: bytes) -> dict[str, object]:
    """Read an answer; raise InputError where it is malformed, or says that the question failed."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the agent's answer is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError("the agent's answer is not an object")
    if "error" in value:
        raise InputError(str(value["error"]))
    return value
