"""Faults, named after the party that caused them. A refusal of a visitor is a value (`admission.verdict`), never one of these.

Laws: a message says what happened, where, and what to do; an exception never shows a visitor a stack of causes.
"""


class PaifangError(Exception):
    """A fault that a caller can name and handle. A programmer's mistake is an assertion instead."""


class InputError(PaifangError):
    """The bytes or fields from a peer or a person break the format. State is unchanged."""


class UntrustedError(PaifangError):
    """Signed data is not to be believed: it is forged, old, mixed, or not ours. State is unchanged."""


class PeerError(PaifangError):
    """The other side of a wire (a device, a server) is absent or breaks its protocol."""


class StorageError(PaifangError):
    """A file or database of ours failed. A change that was not acknowledged did not happen."""


class SettingsError(PaifangError):
    """A setting is missing or wrong. The message names the setting and its remedy."""
