"""The feed that central publishes to gates, and the rules by which a gate believes it."""
