"""How the gate speaks with servers of others that vouch for its log."""
