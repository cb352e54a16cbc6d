"""What screens and the command line may see and ask of an agent on its own computer: one JSON object a line, each way.

Laws: nothing here opens an arm; no personal data and no key is ever sent; a question that is not understood gets an answer that
says so.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from protocol.errors import InputError

MAX_LINE_BYTES = 64 * 1024


class Question(StrEnum):
    """What may be asked."""

    STATUS = "status"
    TICKET = "ticket"
    SIGN_OFF = "sign-off"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Request:
    """A question; `ticket` is a ticket's number or short number where it is about one."""

    question: Question
    ticket: str = ""

    def to_line(self) -> bytes:
        """Return the request as it travels."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Request":
        """Read a request; InputError where it is not understood."""
        try:
            value = json.loads(line)
            return cls(Question(value["question"]), str(value.get("ticket", "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"not a question: {error}; ask one of {', '.join(Question)}") from error


def answer_line(answer: Mapping[str, object]) -> bytes:
    """Return an answer as it travels."""
    return json.dumps(answer, ensure_ascii=False).encode() + b"\n"


def read_answer(line: bytes) -> dict[str, object]:
    """Read an answer; InputError where it is none, or says that the question failed."""
    try:
        value = json.loads(line)
    except ValueError as error:
        raise InputError(f"the agent's answer is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError("the agent's answer is not an object")
    if "error" in value:
        raise InputError(str(value["error"]))
    return value
