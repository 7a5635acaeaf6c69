"""Steps of the keys."""
