"""Builds what exports are made with: every format by its name, packing, encryption; it holds no rule."""

from adapters import candidate, tvs
from adapters.bundle import Bundle
from adapters.dossier import Dossier
from adapters.ggm import GgmJson
from gateway.actions.disclose import Disclose
from gateway.actions.export import ExportDesk, Press
from gateway.actions.gate import Gate
from gateway.crypto.keyring import Keyring
from gateway.crypto.parcels import JoseParcels
from gateway.domain.files import FileFormat
from gateway.store.database import Database
from gateway.store.exports import Exports
from policies.catalogue import Catalogue


def export_desk(
    catalogue: Catalogue, gate: Gate, disclose: Disclose, database: Database, keyring: Keyring
) -> ExportDesk:
    """Build the desk that makes files and hands them over."""
    fields, formats = catalogue.fields, candidate.FORMATS
    government: dict[str, FileFormat] = {
        **{name: make(fields) for name, make in tvs.WRITERS.items()},
        "dossier": Dossier(fields, catalogue.codes),
        "ggm": GgmJson(),
    }
    press = Press(
        government | {name: make(fields) for name, make in formats.items()},
        Bundle(fields),
        JoseParcels(keyring),
        frozenset(government),
    )
    return ExportDesk(gate, disclose, Exports(database), press, dict(catalogue.partners))
