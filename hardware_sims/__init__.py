"""Everything beyond our own processes, speaking its wire and knowing nothing of edge or central."""
