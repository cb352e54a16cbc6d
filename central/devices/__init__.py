"""Check points, and the agents (computers) that host them: enrolment, identity, standing."""
