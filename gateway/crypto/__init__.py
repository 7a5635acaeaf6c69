"""Keys and what is done with them: sealing, pseudonyms, blind terms, and the last scan."""
