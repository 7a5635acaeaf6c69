"""The interface for systems, after the NL API Design Rules: routes translate, and decide nothing."""
