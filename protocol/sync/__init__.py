"""How agents and central talk: messages, signatures of requests, the replay window, versions."""
