"""The rules as data that a lawyer can read, and the code that checks and compiles them."""
