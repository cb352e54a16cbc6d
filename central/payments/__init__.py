"""Money as it moves: the ledger."""
