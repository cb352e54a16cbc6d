"""The parts of the API, by which its document arranges the operations: one a slice of central."""

from enum import Enum


class Tag(Enum):
    """A part of the API: its name, and what it is for."""

    IDENTITY = "identity", "Sign-in, users, roles, menus, supervisors, setting groups, and the tokens of programs."
    AUDIT = "audit", "Who did what: audit records and the proof that none was changed, calls of the API, faults."
    PARAMETERS = "parameters", "What the operator sets for the whole office: institutions, texts, rules; always a group in full."
    CATALOG = "catalog", "Sites, ticket types, their categories and prices, and who may sell what."
    SALES = "sales", "Availability, quotes, orders, carts set aside, holders, moving to another day, activation codes."
    PAYMENTS = "payments", "Payments of orders, the match with institutions' bills, and the differences that it finds."
    SHIFTS = "shifts", "Sellers' drawers: the float, the count, the hand-over."
    PROMOTERS = "promoters", "Promoters and their groups: what they sell, what they earn, the link that counts for them."
    ISSUING = "issuing", "Tickets: reading, blocking, extending, a new code."
    REFUNDS = "refunds", "Refunds of tickets one by one and in batches, and tickets handed in for other ones."
    AGENCIES = "agencies", "Travel agencies: contracts, prices, balances, statements, group orders."
    REPORTS = "reports", "Lists, look-ups, statistics, the home figures, and their exports."
    DEVICES = "devices", "Check points, and the agents that host them: enrolment, state, commands."
    ADMISSIONS = "admissions", "Admissions that contradict each other."
    LIVE = "live", "What changes, as it changes: one stream of events a person."
    FACES = "faces", "What stands on a printed ticket: faces, their pictures, prints, and the offsets of printers."
    IMPORTS = "imports", "Files that people bring: a report on each line, then all of it or nothing."
    SHOP = "shop", "What kiosks and counters sell, print and take back by their own key (JSON, signed)."
    SYNC = "sync", "How agents talk to central (CBOR, signed): the feed, journals, online admission. And alarms, corrections."

    def __init__(self, word: str, description: str) -> None:
        """Take the name in the document, and the description."""
        self.word = word
        self.description = description
