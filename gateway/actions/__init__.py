"""What the gate does, one verb a file; each coordinates ports and holds no rule of its own."""
