"""The office: what is sold, who came in, and what gates hear of it."""
