"""Where the gate keeps what it knows: tables, changes under the log's lock, and reads for actions."""
