"""Faults, named for whose fault they are. A refusal of a visitor is a value (`admission.verdict`), never one of these.

Laws: a message says what happened, where, and what to do; an exception never carries a stack of causes to a visitor.
"""


class PaifangError(Exception):
    """A fault that a caller can name and handle. Programmer's mistakes are assertions, not these."""


class InputError(PaifangError):
    """The bytes or fields that a peer or a person gave are not what the format allows. State is unchanged."""


class UntrustedError(PaifangError):
    """Signed data is not to be believed: forged, old, mixed, or not ours. State is unchanged."""


class PeerError(PaifangError):
    """The other side of a wire (a device, a server) is absent or breaks its protocol."""


class StorageError(PaifangError):
    """A file or database of ours failed. What was not acknowledged did not happen."""


class SettingsError(PaifangError):
    """A setting is missing or wrong. The message names the setting and its remedy."""
