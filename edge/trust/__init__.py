"""The highest versions and times believed; survives a deleted cache (trust.db)."""
