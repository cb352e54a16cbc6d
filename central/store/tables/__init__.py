"""The only SQLModel tables, one module a slice."""
