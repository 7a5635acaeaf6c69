"""The log told in the formats of others: Logboek Dataverwerkingen, FHIR AuditEvent, NEN 7513."""
