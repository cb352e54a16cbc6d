"""The calls between agents and central: messages, signatures of requests, the replay window, versions."""
