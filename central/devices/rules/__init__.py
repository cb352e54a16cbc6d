"""The pure rules of enrolment."""
