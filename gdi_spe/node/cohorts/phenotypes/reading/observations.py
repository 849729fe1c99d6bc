"""What phenopackets and Beacon records say of a person, a row an observation.

Beacon took these records from phenopackets and renamed some of their parts; one reader knows
both names. A row holds what has a column; the rest is counted with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gdi_spe.node.cohorts.phenotypes.reading.moments import Moment
from gdi_spe.node.cohorts.phenotypes.reading.record import Record, Row

_FREE_TEXT = "free text may name people"
_WHY = {
    "description": _FREE_TEXT,
    "notes": _FREE_TEXT,
    "familyHistory": "said of the family, not of the person",
}
_FEATURE = ("type", "featureType", "excluded", "severity", "modifiers", "onset")
_DISEASE = ("term", "diseaseCode", "excluded", "onset", "ageOfOnset", "diseaseStage", "stage",
            "severity")  # fmt: skip
_MEASUREMENT = ("assay", "assayCode", "value", "measurementValue", "complexValue", "timeObserved",
                "observationMoment", "date")  # fmt: skip
_TREATMENT = ("agent", "treatmentCode", "routeOfAdministration", "doseIntervals",
              "cumulativeDose", "ageAtOnset")  # fmt: skip
_PROCEDURE = ("code", "procedureCode", "bodySite", "performed", "ageAtProcedure",
              "dateOfProcedure")  # fmt: skip
_EXPOSURE = ("exposureCode", "ageAtExposure", "date", "duration", "value", "unit")
_KINDS_OF_ACTION = ("procedure", "treatment", "radiationTherapy", "therapeuticRegimen")
_ACTION = (*_KINDS_OF_ACTION, "treatmentTarget", "treatmentIntent", "responseToTreatment",
           "treatmentTerminationReason")  # fmt: skip


def feature(record: Record) -> Row | None:
    """Read a phenotypic feature that was seen, or looked for and not seen."""
    record.leave_out_others(_FEATURE, _WHY)
    term = record.need("type", "featureType").as_term()
    modifiers = [each.as_term() for each in record.each("modifiers")]
    row = {
        "status": _status(record),
        "severity": record.code("severity"),
        "modifiers": " ".join(m["term"] for m in modifiers if m is not None) or None,
        **_onset(record.moment("onset")),
    }
    return term and {**term, **row}


def disease(record: Record) -> Row | None:
    """Read a diagnosis that was made, or ruled out."""
    record.leave_out_others(_DISEASE, _WHY)
    term = record.need("term", "diseaseCode").as_term()
    name = record.first("diseaseStage", "stage")
    if isinstance(record.value.get(name), list):
        stages = [found["term"] for each in record.each(name) if (found := each.as_term())]
        stage = " ".join(stages) or None
    else:
        stage = record.code(name)
    row = {
        "status": _status(record),
        "stage": stage,
        "severity": record.code("severity"),
        **_onset(record.moment("onset", "ageOfOnset")),
    }
    return term and {**term, **row}


def _status(record: Record) -> str:
    # TRUST: looked for and not found is a statement; only its absence is "not recorded".
    return "excluded" if record.flag("excluded") else "present"


def _onset(moment: Moment) -> Row:
    return {
        "onset_age": moment.age,
        "onset_years": moment.years,
        "onset_age_end": moment.age_end,
        "onset_term": moment.term,
        "gestational_days": moment.gestational_days,
        "date": moment.day,
        "date_end": moment.day_end,
    }


def measurements(record: Record) -> Iterator[Row]:
    """Read a measurement; one of several quantities (a blood pressure) gives a row for each."""
    record.leave_out_others(_MEASUREMENT, _WHY)
    assay = record.need("assay", "assayCode").as_term()
    when = record.moment("timeObserved", "observationMoment")
    day = record.moment("date").day
    row = {"date": day or when.day, "age": when.age, "age_years": when.years}
    value = record.need("value", "measurementValue", "complexValue")
    quantities = list(_typed(value))
    if quantities:
        panel = assay and assay["term"]
        for each in quantities:
            term = each.need("type", "quantityType").as_term()
            found = _quantity(each.need("quantity"))
            if term is not None and found is not None:
                yield {**term, **row, **found, "panel": panel}
        return
    found = _value(value)
    if assay is not None and found is not None:
        yield {**assay, **row, **found}


def _typed(value: Record) -> Iterator[Record]:
    inner = value.get("complexValue") or value
    yield from inner.each("typedQuantities")


def _value(value: Record) -> Row | None:
    term = value.get("ontologyClass")
    if term is None and "id" in value.value and "value" not in value.value:
        term = value
    if term is not None:
        code = term.as_term()
        return code and {"value_term": code["term"]}
    return _quantity(value.get("quantity") or value)


def _quantity(value: Record) -> Row | None:
    number = value.number("value")
    if number is None:
        raise value.refuse("neither a quantity nor a term")
    unit = value.unit("unit", "units")
    if unit is None and value.get("unit", "units") is not None:
        return None
    low, high = _range(value, unit)
    return {"value": number, "unit": unit, "reference_low": low, "reference_high": high}


def _range(value: Record, unit: str | None) -> tuple[float | None, float | None]:
    told = value.get("referenceRange")
    if told is None:
        return None, None
    if told.get("unit") is not None and told.unit("unit") != unit:
        told.fault("reference ranges", "in another unit than the value")
        return None, None
    return told.number("low"), told.number("high")


def treatment(record: Record) -> Row | None:
    """Read a treatment: what, since when, until when, how much in all."""
    record.leave_out_others(_TREATMENT, _WHY)
    term = record.need("agent", "treatmentCode").as_term()
    begun = record.moment("ageAtOnset")
    first, last = _dose_days(record)
    dose = record.get("cumulativeDose")
    told = _quantity(dose) if dose is not None else None
    row = {
        "status": "present",
        "start_date": first or begun.day,
        "end_date": last,
        "start_age": begun.age,
        "start_years": begun.years,
        "route": record.code("routeOfAdministration"),
        "cumulative_dose": told and told["value"],
        "cumulative_dose_unit": told and told["unit"],
    }
    return term and {**term, **row}


def _dose_days(record: Record) -> tuple[date | None, date | None]:
    """Return the first and the last day of all dose intervals."""
    starts: list[date] = []
    ends: list[date] = []
    for dose in record.each("doseIntervals"):
        dose.leave_out_others(("interval",), {})
        when = dose.moment("interval")
        starts += [when.day] if when.day else []
        ends += [last] if (last := when.day_end or when.day) else []
    return min(starts, default=None), max(ends, default=None)


def procedure(record: Record) -> Row | None:
    """Read something that was done to a person and is no drug."""
    record.leave_out_others(_PROCEDURE, _WHY)
    term = record.need("code", "procedureCode").as_term()
    when = record.moment("performed", "ageAtProcedure")
    row = {
        "status": "present",
        "body_site": record.code("bodySite"),
        "date": record.moment("dateOfProcedure").day or when.day,
        "age": when.age,
        "age_years": when.years,
    }
    return term and {**term, **row}


def exposure(record: Record) -> Row | None:
    """Read what a person was exposed to."""
    record.leave_out_others(_EXPOSURE, _WHY)
    term = record.need("exposureCode").as_term()
    when = record.moment("ageAtExposure")
    row = {
        "status": "present",
        "date": record.moment("date").day or when.day,
        "age": when.age,
        "age_years": when.years,
        "duration": record.text("duration"),
        "value": record.number("value"),
        "unit": record.unit("unit"),
    }
    return term and {**term, **row}


def action(record: Record) -> tuple[str, Row | None]:
    """Read a medical action of a phenopacket: its table and its row."""
    record.leave_out_others(_ACTION, {"adverseEvents": "no table of adverse events"})
    kinds = [kind for kind in _KINDS_OF_ACTION if record.value.get(kind) is not None]
    if len(kinds) != 1:
        raise record.refuse(f"not one of {', '.join(_KINDS_OF_ACTION)}")
    inner = record.need(kinds[0])
    if kinds[0] == "procedure":
        return "procedures", procedure(inner)
    if kinds[0] == "radiationTherapy":
        return "procedures", _radiation(inner)
    row = treatment(inner) if kinds[0] == "treatment" else _regimen(inner)
    about = {
        "target": record.code("treatmentTarget"),
        "intent": record.code("treatmentIntent"),
        "response": record.code("responseToTreatment"),
        "termination_reason": record.code("treatmentTerminationReason"),
    }
    return "treatments", row and {**row, **about}


def _radiation(record: Record) -> Row | None:
    record.leave_out_others(("modality", "bodySite"), {})
    term = record.need("modality").as_term()
    return term and {**term, "status": "present", "body_site": record.code("bodySite")}


def _regimen(record: Record) -> Row | None:
    record.leave_out_others(("ontologyClass", "startTime", "endTime"), {})
    if record.get("ontologyClass") is None:
        return None
    term = record.need("ontologyClass").as_term()
    begun, ended = record.moment("startTime"), record.moment("endTime")
    row = {
        "status": "present",
        "start_date": begun.day,
        "end_date": ended.day_end or ended.day,
        "start_age": begun.age,
        "start_years": begun.years,
    }
    return term and {**term, **row}
