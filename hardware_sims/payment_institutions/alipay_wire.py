"""Alipay on the wire: the texts that merchant and Alipay sign, and the signature within an answer.

Laws: an answer's signature is over the exact text of its object. Source: the published API.
"""

import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from hardware_sims.payment_institutions.signatures import sign

SIGN_TYPE = "RSA2"


def request_text(parameters: Mapping[str, str]) -> bytes:
    """The text that a merchant signs: all fields except sign and empty ones, sorted, k=v joined by &, not url-encoded."""
    return _joined({name: value for name, value in parameters.items() if name != "sign" and value})


def notify_text(parameters: Mapping[str, str]) -> bytes:
    """The text that Alipay signs of a notify: all fields except sign, sign_type and empty ones."""
    return _joined({name: value for name, value in parameters.items() if name not in ("sign", "sign_type") and value})


def signed_answer(name: str, said: Mapping[str, object], key: RSAPrivateKey | None) -> bytes:
    """The whole answer; slashes are escaped as Alipay does, so that a rebuilt text does not verify."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    if key is None:
        return f'{{"{name}":{text}}}'.encode()
    return f'{{"{name}":{text},"sign":"{sign(key, text.encode())}"}}'.encode()


def _joined(parameters: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={parameters[name]}" for name in sorted(parameters)).encode()
