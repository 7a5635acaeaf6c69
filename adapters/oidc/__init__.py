"""Sign-in by OpenID Connect: who an organisation's own identity provider says someone is."""
