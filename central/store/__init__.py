"""The database: one engine, one unit of work, all tables and their migrations."""
