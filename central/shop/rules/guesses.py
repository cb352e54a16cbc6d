"""How often an agent may say what finds nothing. Pure.

Law: a phone number and an order's number can be guessed, so that guesses are few; the right answer is refused like a wrong one
while there were too many.
"""

from collections import deque
from dataclasses import dataclass, field

from protocol.identifiers import AgentId
from protocol.instants import MS_PER_MINUTE, MS_PER_SECOND, Instant

MOST_WRONG_A_MINUTE = 10


@dataclass(slots=True)
class Guesses:
    """The wrong guesses of the last minute, of each agent; bounded by the number of agents."""

    _wrong: dict[AgentId, deque[Instant]] = field(default_factory=dict)

    def wait_s(self, agent: AgentId, now: Instant) -> int:
        """Return after how many seconds the agent may ask again; 0: now."""
        wrong = self._wrong.get(agent, deque())
        while wrong and now - wrong[0] >= MS_PER_MINUTE:
            wrong.popleft()
        if len(wrong) < MOST_WRONG_A_MINUTE:
            return 0
        return -(-(wrong[0] + MS_PER_MINUTE - now) // MS_PER_SECOND)

    def note_wrong(self, agent: AgentId, now: Instant) -> None:
        """Count a guess that found nothing."""
        self._wrong.setdefault(agent, deque(maxlen=MOST_WRONG_A_MINUTE)).append(now)
