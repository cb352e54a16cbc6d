"""The paths under central's address at which it answers agents. The feed's own paths are in `feed.addresses`.

All by POST, with a CBOR message as body and CBOR as answer; a refusal is problem+json (RFC 9457), except three that an agent
handles: a gap in a journal (409, `messages.JournalGap`), a revocation (403, `answers.Revoked`), both as CBOR, and 404.
"""

ENROL = "/agent/v1/enrol"
JOURNAL = "/agent/v1/journal"
CLAIM = "/agent/v1/claim"
ADMISSION = "/agent/v1/admission"
TIME = "/agent/v1/time"
SIGN_OFF = "/agent/v1/signoff"
HOLDER_KEY = "/agent/v1/holder-key"

CBOR_TYPE = "application/cbor"
