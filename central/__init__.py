"""The office: what is sold, who came in, and what gates are told."""
