"""Doelpoort: the one way through which client profiles leave, field by field, for a purpose."""
