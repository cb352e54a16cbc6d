"""Travel agencies: contracts, their accounts with us, their groups."""
