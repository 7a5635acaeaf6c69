"""Where synthetic people stay and go: what surrounds a reception site, and towns they are linked to."""

from collections.abc import Mapping
from typing import Final

# Mediation postcode and labour market region near each site.
SITES: Final[Mapping[str, tuple[str, str]]] = {
    "AZC-ALM-01": ("1315", "Flevoland"),
    "AZC-HDW-01": ("3841", "Stedendriehoek en Noordwest Veluwe"),
    "AZC-UTR-02": ("3511", "Midden-Utrecht"),
    "POL-TAP-01": ("9561", "Groningen"),
}
# Weight of each town among links, and its labour market region.
TOWNS: Final[Mapping[str, tuple[int, str]]] = {
    "0243": (18, "Stedendriehoek en Noordwest Veluwe"),
    "0344": (18, "Midden-Utrecht"),
    "0034": (6, "Flevoland"),
    "0363": (8, "Groot Amsterdam"),
    "0599": (8, "Rijnmond"),
    "0518": (7, "Haaglanden"),
    "0014": (5, "Groningen"),
    "0193": (4, "Regio Zwolle"),
    "0150": (3, "Stedendriehoek en Noordwest Veluwe"),
    "0153": (4, "Twente"),
    "0268": (4, "Rijk van Nijmegen"),
    "0307": (4, "Amersfoort"),
    "0772": (4, "Zuidoost-Brabant"),
    "0855": (3, "Midden-Brabant"),
    "0080": (4, "Friesland"),
}
