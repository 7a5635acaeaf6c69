"""The command line, one file a family; exit 0 is well, 1 refused or failed, 2 wrong usage."""
