"""The pure rules of faces."""
