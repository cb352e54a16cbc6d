"""Problems as answers: RFC 9457 (`application/problem+json`), each code with its HTTP status.

Laws: every code has one status, and this table alone says which; no answer carries a stack trace, a query or a path of the
server.
"""

from http import HTTPStatus

from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:paifang:problem:"
STATUS: dict[ProblemCode, HTTPStatus] = {
    ProblemCode.INPUT_INVALID: HTTPStatus.BAD_REQUEST,
    ProblemCode.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ProblemCode.SIGN_IN_REQUIRED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.SIGN_IN_FAILED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.SIGN_IN_DELAYED: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.TOTP_REQUIRED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.PROOF_REQUIRED: HTTPStatus.FORBIDDEN,
    ProblemCode.PASSWORD_CHANGE_REQUIRED: HTTPStatus.FORBIDDEN,
    ProblemCode.PASSWORD_WEAK: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PIN_WEAK: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PIN_WRONG: HTTPStatus.FORBIDDEN,
    ProblemCode.CARD_UNKNOWN: HTTPStatus.FORBIDDEN,
    ProblemCode.SECOND_PERSON_SAME: HTTPStatus.FORBIDDEN,
    ProblemCode.SECOND_PERSON_FORBIDDEN: HTTPStatus.FORBIDDEN,
    ProblemCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ProblemCode.CROSS_SITE: HTTPStatus.FORBIDDEN,
    ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemCode.CONFLICT: HTTPStatus.CONFLICT,
    ProblemCode.VERSION_CONFLICT: HTTPStatus.CONFLICT,
    ProblemCode.IDEMPOTENCY_KEY_REQUIRED: HTTPStatus.BAD_REQUEST,
    ProblemCode.IDEMPOTENCY_KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.NOT_ON_SALE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.SALE_NOT_OPEN: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.SALE_CLOSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.DAY_NOT_SOLD: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PURCHASE_LIMIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.SOLD_OUT: HTTPStatus.CONFLICT,
    ProblemCode.SITE_FULL: HTTPStatus.CONFLICT,
    ProblemCode.BUYER_REQUIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.NOT_ELIGIBLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.SALE_NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ProblemCode.TOTAL_CHANGED: HTTPStatus.CONFLICT,
    ProblemCode.HOLDER_REQUIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.SLOT_REQUIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.TICKET_STATE: HTTPStatus.CONFLICT,
    ProblemCode.ORDER_STATE: HTTPStatus.CONFLICT,
    ProblemCode.PAYMENT_METHOD: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.MERCHANT_IN_USE: HTTPStatus.CONFLICT,
    ProblemCode.BILL_NOT_THERE: HTTPStatus.CONFLICT,
    ProblemCode.SHIFT_REQUIRED: HTTPStatus.CONFLICT,
    ProblemCode.SHIFT_STATE: HTTPStatus.CONFLICT,
    ProblemCode.AGENCY_FUNDS: HTTPStatus.CONFLICT,
    ProblemCode.REFUND_STATE: HTTPStatus.CONFLICT,
    ProblemCode.NOT_REFUNDABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.NOT_RESCHEDULABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.NOT_UPGRADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.REPRINT_LIMIT: HTTPStatus.CONFLICT,
    ProblemCode.ACTIVATION_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.ENROLMENT_REFUSED: HTTPStatus.FORBIDDEN,
    ProblemCode.SIGNATURE_INVALID: HTTPStatus.UNAUTHORIZED,
    ProblemCode.REPLAYED: HTTPStatus.CONFLICT,
    ProblemCode.AGENT_REVOKED: HTTPStatus.FORBIDDEN,
    ProblemCode.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.JOURNAL_GAP: HTTPStatus.CONFLICT,
    ProblemCode.CHECK_POINT_STATE: HTTPStatus.CONFLICT,
    ProblemCode.VERSION_UNSUPPORTED: HTTPStatus.UPGRADE_REQUIRED,
    ProblemCode.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.STORAGE_FAILED: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}

# Every operation may answer with these; OpenAPI names them once for all.
EVERYWHERE = (ProblemCode.BUSY, ProblemCode.STORAGE_FAILED, ProblemCode.INTERNAL)


def document(problem: Problem, instance: str, *, chinese: bool) -> dict[str, object]:
    """Return the members of the problem document; `instance` names the request."""
    kind = problem.code.value
    members: dict[str, object] = {
        "type": TYPE_PREFIX + kind.code,
        "title": kind.title_zh if chinese else kind.title_en,
        "status": int(STATUS[problem.code]),
        "code": kind.code,
        **_sentence("detail", "detail_code", problem.said, chinese=chinese),
        "instance": instance,
    }
    if problem.fields:
        members["errors"] = [
            {"field": fault.field, **_sentence("message", "code", fault.message, chinese=chinese)} for fault in problem.fields
        ]
    return members


def _sentence(text: str, code: str, said: Said, *, chinese: bool) -> dict[str, object]:
    """Return a sentence in the reader's language, its code, and its parameters."""
    return {text: said.text(chinese=chinese), code: said.code, "parameters": said.values()}
