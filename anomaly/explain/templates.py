"""The innocent explanations, in the order they are shown: plain joins, stated in advance."""

from __future__ import annotations

from anomaly.explain.calls import (
    call,
    call_nearby,
    for_an_officer,
    on_duty,
    partner,
    party,
    stated_for_an_officer,
)
from anomaly.explain.cases import booking, case, case_of_the_unit
from anomaly.explain.contract import Explanation
from anomaly.explain.lists import (
    authorized,
    batch_message,
    bulletin,
    permit,
    role,
    service_account,
    test_record,
)
from anomaly.explain.stated import (
    programs_text,
    stated_bulletin,
    stated_program,
    stated_test,
    stated_test_record,
    training_day,
)

EXPLANATIONS: tuple[Explanation, ...] = (
    case,
    call,
    case_of_the_unit,
    partner,
    party,
    booking,
    for_an_officer,
    bulletin,
    stated_bulletin,
    stated_program,
    permit,
    test_record,
    stated_test_record,
    on_duty,
    call_nearby,
    role,
    stated_for_an_officer,
    authorized,
    training_day,
    stated_test,
    programs_text,
    service_account,
    batch_message,
)
