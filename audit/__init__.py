"""A log that nobody can rewrite, and its proof; it imports nothing of the gateway."""
