"""Builds what turns the keys of the index and of the pseudonyms over; it holds no rule."""

import asyncio

from gateway.actions.gate import Gate
from gateway.actions.rekey import RekeyIndex, Stock
from gateway.actions.repseudonymise import Repseudonymise
from gateway.crypto.keyring import Keyring
from gateway.crypto.turning import KeyTurns
from gateway.domain.codes import CodeLists
from gateway.domain.ports import BlindIndex
from gateway.domain.statistics import categories
from gateway.store.database import Database
from gateway.store.indexing import IndexStock
from gateway.store.key_store import KeyStore
from gateway.store.statistics import Statistics


def rekey_index(
    gate: Gate, database: Database, keyring: Keyring, index: BlindIndex, codes: CodeLists
) -> RekeyIndex:
    """Build what indexes everyone anew."""
    stock = Stock(IndexStock(database), Statistics(database), categories(codes))
    turns = KeyTurns(keyring, KeyStore(database))
    return RekeyIndex(gate, turns, index, stock, asyncio.sleep)


def repseudonymise(gate: Gate, database: Database, keyring: Keyring) -> Repseudonymise:
    """Build what gives everyone new references."""
    return Repseudonymise(gate, KeyTurns(keyring, KeyStore(database)), asyncio.sleep)
