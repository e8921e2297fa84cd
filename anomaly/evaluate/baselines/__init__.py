"""Rivals: what else could be done with a log, each in its strongest honest form."""

from anomaly.evaluate.baselines import minnesota
from anomaly.evaluate.baselines.ecod import ecod
from anomaly.evaluate.baselines.ewma import ewma
from anomaly.evaluate.baselines.hbos import hbos
from anomaly.evaluate.baselines.isolation_forest import isolation_forest
from anomaly.evaluate.baselines.local_outlier_factor import local_outlier_factor
from anomaly.evaluate.baselines.most_lookups import (
    most_days_without_a_reason,
    most_lookups_of_one_subject,
)
from anomaly.evaluate.baselines.queries import Queries, read_queries
from anomaly.evaluate.baselines.ranking import Baseline
from anomaly.evaluate.baselines.search_anomaly_index import search_anomaly_index
from anomaly.evaluate.baselines.volume import volume

# In the order of the scorecard.
BASELINES: tuple[Baseline, ...] = (
    isolation_forest,
    local_outlier_factor,
    ecod,
    hbos,
    ewma,
    search_anomaly_index,
    minnesota.audit,
    minnesota.own_name,
    minnesota.same_surname,
    minnesota.one_sex,
    minnesota.highly_queried,
    minnesota.after_employment,
    most_lookups_of_one_subject,
    most_days_without_a_reason,
    volume,
)

__all__ = ["BASELINES", "Baseline", "Queries", "read_queries"]
