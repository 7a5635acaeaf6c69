"""Consent told in the formats of others: ISO/IEC TS 27560 with DPV terms, and Kantara receipts."""
