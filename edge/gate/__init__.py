"""A lane, from the reading of a code to the passage of a body."""
