"""The pure rules of admissions after the fact: which admissions contradict each other."""
