"""Money back, and the fence before it."""
