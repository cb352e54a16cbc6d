"""A lane: from a code that was read to a body that passed."""
