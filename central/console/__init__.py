"""The web console: its sources (`src/`), and the serving of its build (`builds.py`, `routes.py`)."""
