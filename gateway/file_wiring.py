"""Builds what exports are made with: every format by its name, packing, encryption; it holds no rule."""

from adapters import candidate, tvs
from adapters.bundle import Bundle
from adapters.dossier import Dossier
from adapters.ggm import GgmJson
from gateway.actions.disclose import Disclose, Gate
from gateway.actions.export import ExportDesk, Press
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
    press = Press(_formats(catalogue), Bundle(catalogue.fields), JoseParcels(keyring))
    return ExportDesk(gate, disclose, Exports(database), press, dict(catalogue.partners))


def _formats(catalogue: Catalogue) -> dict[str, FileFormat]:
    fields = catalogue.fields
    return {
        **{name: make(fields) for name, make in tvs.WRITERS.items()},
        **{name: make(fields) for name, make in candidate.FORMATS.items()},
        "dossier": Dossier(fields, catalogue.codes),
        "ggm": GgmJson(),
    }
