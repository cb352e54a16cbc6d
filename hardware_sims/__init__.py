"""Simulators of all that our processes talk to: they speak its wire and know nothing of edge or central."""
