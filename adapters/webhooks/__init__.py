"""Messages to addresses that partners gave us."""
