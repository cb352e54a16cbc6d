"""Failures of secrets that people type (passwords, PINs), counted by account and source, and the delay that they bring.

Laws: who fails waits, and nobody else; the count ends with a success or after a day (`rules/sign_in.py`).
"""

from sqlmodel import col, delete

from central.domain.problems import Problem, ProblemCode
from central.identity.messages import WAIT_BEFORE_SIGN_IN
from central.identity.rules import sign_in
from central.store.tables.people import SignInFailureRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant


async def require_no_delay(store: Store, account: str, source: str, now: Instant) -> None:
    """Raise Problem where this source must wait before it tries this account again."""
    async with store.reading() as work:
        failed = await work.session.get(SignInFailureRow, (account, source))
    if failed and (wait_s := sign_in.delay_left_s(failed.failures, failed.last_at, now)):
        raise Problem(ProblemCode.SIGN_IN_DELAYED, WAIT_BEFORE_SIGN_IN.of(wait_s=wait_s), retry_after_s=wait_s)


async def note(work: Work, account: str, source: str, now: Instant) -> None:
    """Count a failure."""
    row = await work.session.get(SignInFailureRow, (account, source), with_for_update=True)
    if row is None:
        work.session.add(SignInFailureRow(account=account, source=source, failures=1, last_at=now))
        return
    forgotten = now - row.last_at >= sign_in.FORGOTTEN_AFTER_MS
    row.failures = 1 if forgotten else row.failures + 1
    row.last_at = now
    work.session.add(row)


async def forget(work: Work, account: str, source: str) -> None:
    """End the count after a success."""
    of_both = col(SignInFailureRow.account) == account, col(SignInFailureRow.source) == source
    await work.session.exec(delete(SignInFailureRow).where(*of_both))
