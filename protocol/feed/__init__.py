"""What central publishes to gates, and when a gate believes it."""
