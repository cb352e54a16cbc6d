"""What gates report: entries, the chain that binds them, and the history that they tell."""
