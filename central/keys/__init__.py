"""The keys that central signs with: their files, the keyring that root signs, and their rotation."""
