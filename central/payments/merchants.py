"""The merchant as which an institution knows us, and when it may change.

Laws: an institution answers about a payment or a refund only to the merchant who began it; so that merchant stays until all of
them have ended (docs/decisions/0016). Keys, addresses and other values that do not name the merchant may change at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, or_, select

from central.domain.problems import Problem, ProblemCode
from central.parameters.groups import ParameterGroupName
from central.parameters.rules.changes import Values
from central.parameters.service import Guard
from central.payments.messages import MERCHANT_BUSY, METHODS
from central.payments.methods import Method
from central.payments.rules.payment_states import ENDS
from central.store.tables.payments import PaymentRefundRow, PaymentRow
from central.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Merchant:
    """Where an institution's parameters are, and which of them name the merchant."""

    group: ParameterGroupName
    named_by: tuple[str, str]


MERCHANTS: Mapping[Method, Merchant] = {
    Method.WECHAT: Merchant(ParameterGroupName.PAYMENT_WECHAT, ("mchid", "app_id")),
    Method.ALIPAY: Merchant(ParameterGroupName.PAYMENT_ALIPAY, ("app_id", "seller_id")),
}


def guards() -> Mapping[ParameterGroupName, Guard]:
    """Return the checks that must agree to a change of the institutions' parameters."""
    return {merchant.group: _guard(method, merchant.named_by) for method, merchant in MERCHANTS.items()}


def _guard(method: Method, named_by: tuple[str, str]) -> Guard:
    async def require_ended(work: Work, before: Values, after: Values) -> None:
        is_same = all(before.get(name) == after.get(name) for name in named_by)
        if not is_same and await _has_open(work, method):
            raise Problem(ProblemCode.MERCHANT_IN_USE, MERCHANT_BUSY.of(method=METHODS[method].of()))

    return require_ended


async def _has_open(work: Work, method: Method) -> bool:
    """Return whether a payment, or a refund of one, has not ended."""
    is_live = or_(col(PaymentRow.state).not_in(ENDS), col(PaymentRow.next_at).is_not(None))
    payments = select(PaymentRow.id).where(PaymentRow.method == method, is_live).limit(1)
    of_refund = col(PaymentRow.id) == col(PaymentRefundRow.payment_id)
    refunds = select(PaymentRefundRow.id).join(PaymentRow, of_refund)
    refunds = refunds.where(PaymentRow.method == method, col(PaymentRefundRow.next_at).is_not(None)).limit(1)
    found = [(await work.session.exec(query)).first() for query in (payments, refunds)]
    return any(one is not None for one in found)
