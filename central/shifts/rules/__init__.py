"""The pure rules of a seller's drawer."""
