"""The only place where entry is granted or refused."""
