"""Values of nested formats held against the limits on depth and length."""

from adapters.tvs.limits import Limits, refuse_above
from gateway.domain.deliveries import JsonValue


def checked(value: JsonValue, limits: Limits, where: str, depth: int = 1) -> JsonValue:
    """Return ``value`` as it is, or refuse the delivery when it is too deep or too long."""
    if isinstance(value, str):
        refuse_above(limits.max_cell_chars, len(value), f"{where}: characters in a value")
        return value
    if value is None or isinstance(value, int):
        return value
    refuse_above(limits.max_depth, depth, f"{where}: levels of nesting")
    if isinstance(value, list):
        return [checked(item, limits, where, depth + 1) for item in value]
    return {name: checked(item, limits, where, depth + 1) for name, item in value.items()}
