"""Admissions as all gates report them: records, uses, and conflicts."""
