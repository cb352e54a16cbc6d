"""The signatures of both institutions and their merchants: RSA-SHA256 by PKCS#1 v1.5, as base64.

Laws: no other module makes or checks signatures. Source: the published APIs of WeChat Pay v3 and of Alipay (RSA2).
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def sign(key: RSAPrivateKey, text: bytes) -> str:
    """Return the signature over the text."""
    return base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode("ascii")


def verifies(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    """Whether this key made the signature over the text."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
