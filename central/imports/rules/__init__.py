"""The pure rules of publication: what a feed version holds."""
