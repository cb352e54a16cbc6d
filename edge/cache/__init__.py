"""What central told us: signed, disposable, verified at each look-up (cache.db)."""
