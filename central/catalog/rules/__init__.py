"""The pure rules of what is sold: validity, sale, concessions, capacity, what may happen after the sale, preview."""
