"""The highest believed versions and times (trust.db); they survive a deleted cache."""
