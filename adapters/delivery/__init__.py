"""Channels through which a disclosure is pushed to a partner; one file each."""
