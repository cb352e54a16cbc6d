"""Travel agencies: contracts, what they have with us, their groups."""
