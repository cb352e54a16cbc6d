"""The laws of docs/laws.md by number, as `make laws` prints them."""

LAWS = {
    1: "Journal before relay",
    2: "Keyed on the ticket, never on the text",
    3: "No version goes back",
    4: "Nothing unverified decides",
    5: "A fact is never refused by the server",
    6: "Revoke, fence, then pay",
    7: "Issue with the payment",
    8: "Exit and fire always open",
    9: "Least data",
    10: "Refusals are values, faults are exceptions",
    11: "Time is an argument",
    12: "Money is integer fen; the ledger sums to zero",
}
