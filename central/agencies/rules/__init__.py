"""The pure rules of travel agencies: what a contract grants."""
