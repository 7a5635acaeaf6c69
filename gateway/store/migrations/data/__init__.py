"""Steps of the data."""
