"""The pure rules of the audit chain."""
