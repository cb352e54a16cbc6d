"""The feed that gates follow, and the journals that they send."""
