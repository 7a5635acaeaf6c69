"""Keeps the log's word: publishes, anchors, re-checks and watches it; the log itself is ``audit``."""
