"""The pure rules of signing in."""
