"""Central's signed data (cache.db): disposable, verified at each look-up."""
