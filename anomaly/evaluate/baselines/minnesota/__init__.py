"""The five tests of Minnesota's 2013 audit of driver records, and the audit as a whole."""

from anomaly.evaluate.baselines.minnesota.after_employment import after_employment
from anomaly.evaluate.baselines.minnesota.audit import audit
from anomaly.evaluate.baselines.minnesota.highly_queried import highly_queried
from anomaly.evaluate.baselines.minnesota.one_sex import one_sex
from anomaly.evaluate.baselines.minnesota.own_name import own_name
from anomaly.evaluate.baselines.minnesota.same_surname import same_surname

__all__ = ["after_employment", "audit", "highly_queried", "one_sex", "own_name", "same_surname"]
