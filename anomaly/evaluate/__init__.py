"""How well a scan found what is known to be true of a synthetic world, beside honest baselines."""

from anomaly.evaluate.card import Card, compare, over_seeds, score
from anomaly.evaluate.clean import Clean, clean_of
from anomaly.evaluate.delay import Delay, detected_after
from anomaly.evaluate.listing import Abstained, Listing, listing_of
from anomaly.evaluate.run import Scorecard, evaluate, of_the_world
from anomaly.evaluate.scanned import Scanned, read_scanned
from anomaly.evaluate.truth import Truth, read_truth

__all__ = [
    "Abstained",
    "Card",
    "Clean",
    "Delay",
    "Listing",
    "Scanned",
    "Scorecard",
    "Truth",
    "clean_of",
    "compare",
    "detected_after",
    "evaluate",
    "listing_of",
    "of_the_world",
    "over_seeds",
    "read_scanned",
    "read_truth",
    "score",
]
