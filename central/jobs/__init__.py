"""The jobs and loops of central, and when they run."""
