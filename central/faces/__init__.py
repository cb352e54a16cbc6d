"""Faces (票面): what stands on a printed ticket, where, and the picture that a printer gets."""
