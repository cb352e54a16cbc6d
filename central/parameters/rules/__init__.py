"""The pure rules of how a setting changes."""
