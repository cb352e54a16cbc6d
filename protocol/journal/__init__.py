"""The reports of gates: entries, the chain that binds them, and the history that they form."""
