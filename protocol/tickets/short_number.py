"""The short number of a ticket that a person can type: ten digits and two check digits (ISO 7064 MOD 97-10).

Laws: a look-up credential and never a proof by itself at an unattended gate; every single wrong digit and every swap of two
neighbours is found.
"""

DIGITS = 12
_RANDOM_DIGITS = 10
RANDOM_LIMIT = 10**_RANDOM_DIGITS
_MODULUS = 97


def short_number(random: int) -> str:
    """Return the number made of a random whole number below `RANDOM_LIMIT`."""
    assert 0 <= random < RANDOM_LIMIT, "the caller draws below RANDOM_LIMIT"
    return f"{random:010}{_MODULUS + 1 - random * 100 % _MODULUS:02}"


def is_short_number(text: str) -> bool:
    """Whether a text could be a short number: its length, its digits, its check digits."""
    return len(text) == DIGITS and text.isascii() and text.isdigit() and int(text) % _MODULUS == 1
