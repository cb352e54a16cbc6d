"""The live channel: what has changed, as it changes."""
