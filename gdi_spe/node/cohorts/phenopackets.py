"""Phenopackets (GA4GH, version 2, JSON) into the canonical tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes import Phenotypes, Row
from gdi_spe.query.periods import years_of
from gdi_spe.terms.curies import require_known

_MAX_BYTES = 16 * 1024 * 1024
_SEX = {"FEMALE": "female", "MALE": "male", "OTHER_SEX": "unknown", "UNKNOWN_SEX": "unknown"}
_BY_KARYOTYPE = {"XX": "female", "XY": "male"}
_INTERPRETATION = {
    "CAUSATIVE": "present",
    "CONTRIBUTORY": "present",
    "CANDIDATE": "present",
    "REJECTED": "excluded",
}
# Parts that have no canonical table yet, or describe the file: told in the report.
_LEFT_OUT = ("biosamples", "files")
_READ = (
    "id",
    "subject",
    "phenotypicFeatures",
    "diseases",
    "medicalActions",
    "measurements",
    "interpretations",
    "metaData",
)


def read_phenopackets(folder: Path, into: Phenotypes) -> None:
    """Read every ``*.json`` of a folder, one phenopacket a file.

    Raises
    ------
    BadInput
        Naming the file and the record in it that is not understood.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise BadInput("there are no phenopackets (*.json) here", source=str(folder))
    seen: dict[str, Path] = {}
    for path in files:
        packet = _Packet(path, _json(path))
        earlier = seen.setdefault(packet.individual_id, path)
        if earlier != path:
            raise BadInput(
                f"individual {packet.individual_id!r} is in {earlier.name} already",
                source=str(path),
            )
        into.require(packet.individual_id, str(path))
        packet.read(into)
        into.findings.n_read["phenopackets"] += 1


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadInput("larger than a phenopacket can be", source=str(path))
        value = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadInput(f"not JSON: {error.msg}", source=str(path), line=error.lineno) from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"cannot be read ({error})", source=str(path)) from None
    if not isinstance(value, dict) or not isinstance(value.get("subject"), dict):
        raise BadInput("not a phenopacket: it has no subject", source=str(path))
    return value


class _Packet:
    """One file's phenopacket; every refusal names the file and the record."""

    def __init__(self, path: Path, value: dict[str, Any]) -> None:
        self._source, self._value = str(path), value
        self.individual_id = self._text(value["subject"], "id", "subject")

    def refuse(self, where: str, why: str) -> BadInput:
        return BadInput(f"{where}: {why}", source=self._source)

    def read(self, into: Phenotypes) -> None:
        """Add all that the packet says."""
        into.add_individual(self._subject(into))
        for table, rows in (
            ("phenotypic_features", self._observed("phenotypicFeatures", "type")),
            ("diagnoses", self._observed("diseases", "term")),
            ("treatments", self._treatments(into)),
            ("measurements", self._measurements(into)),
            ("biomarkers", self._biomarkers(into)),
        ):
            for row in rows:
                into.add(table, {"individual_id": self.individual_id, **row})
        for name in self._value:
            if name not in _READ:
                why = "no canonical table" if name in _LEFT_OUT else "not known"
                into.findings.left_out[f"phenopacket {name}: {why}"] += 1

    def _subject(self, into: Phenotypes) -> Row:
        subject = self._value["subject"]
        sex = _SEX.get(subject.get("sex", "UNKNOWN_SEX"))
        if sex is None:
            raise self.refuse("subject.sex", f"{subject['sex']!r} is not known")
        karyotype = subject.get("karyotypicSex")
        genetic = _BY_KARYOTYPE.get(str(karyotype), sex)
        if "unknown" not in (sex, genetic) and sex != genetic:
            into.findings.contradictions.append(
                f"{self.individual_id}: sex is {sex}, karyotype {karyotype}; the karyotype counts"
            )
        last, vital = subject.get("timeAtLastEncounter"), subject.get("vitalStatus")
        age, age_years, _ = self._time(last, "subject.timeAtLastEncounter")
        born = subject.get("dateOfBirth")
        gender = subject.get("gender") or {}
        return {
            "individual_id": self.individual_id,
            "sex": genetic,
            "karyotypic_sex": None if karyotype == "UNKNOWN_KARYOTYPE" else karyotype,
            "administrative_gender": gender.get("label") if isinstance(gender, dict) else None,
            "age": age,
            "age_years": age_years,
            "birth_date": self._date(born, "subject.dateOfBirth").isoformat() if born else None,
            "vital_status": self._vital(vital),
        }

    def _vital(self, value: Any) -> str | None:
        status = value.get("status") if isinstance(value, dict) else None
        if status not in (None, "ALIVE", "DECEASED", "UNKNOWN_STATUS"):
            raise self.refuse("subject.vitalStatus", f"{status!r} is not known")
        return None if status in (None, "UNKNOWN_STATUS") else str(status).lower()

    def _observed(self, part: str, key: str) -> Iterator[Row]:
        for where, record in self._records(self._value, part):
            age, years, day = self._time(record.get("onset"), f"{where}.onset")
            row = {
                **self._term(record.get(key), f"{where}.{key}"),
                "status": "excluded" if self._flag(record, "excluded", where) else "present",
                "onset_age": age,
                "onset_years": years,
                "date": day,
            }
            if part == "phenotypicFeatures" and record.get("severity"):
                row["severity"] = self._term(record["severity"], f"{where}.severity")["term"]
            yield row

    def _treatments(self, into: Phenotypes) -> Iterator[Row]:
        for where, action in self._records(self._value, "medicalActions"):
            treatment = action.get("treatment")
            if not isinstance(treatment, dict):
                kind = next((k for k in action if k in ("procedure", "radiationTherapy")), "other")
                into.findings.left_out[f"medicalActions {kind}: no canonical table"] += 1
                continue
            starts, ends = [], []
            for place, dose in self._records(treatment, "doseIntervals", f"{where}.treatment."):
                interval = dose.get("interval") or {}
                starts += [self._date(interval["start"], place)] if interval.get("start") else []
                ends += [self._date(interval["end"], place)] if interval.get("end") else []
            answer = action.get("responseToTreatment")
            yield {
                **self._term(treatment.get("agent"), f"{where}.treatment.agent"),
                "status": "present",
                "start_date": min(starts, default=None),
                "end_date": max(ends, default=None),
                "response": answer and self._term(answer, f"{where}.responseToTreatment")["term"],
            }

    def _measurements(self, into: Phenotypes) -> Iterator[Row]:
        for where, record in self._records(self._value, "measurements"):
            value = record.get("value")
            if not isinstance(value, dict):
                into.findings.left_out["measurements complexValue: no canonical table"] += 1
                continue
            age, years, day = self._time(record.get("timeObserved"), f"{where}.timeObserved")
            yield {
                **self._term(record.get("assay"), f"{where}.assay"),
                **self._value_of(value, f"{where}.value"),
                "age": age,
                "age_years": years,
                "date": day,
            }

    def _value_of(self, value: dict[str, Any], where: str) -> Row:
        if "ontologyClass" in value:
            return {"value_term": self._term(value["ontologyClass"], where)["term"]}
        quantity = value.get("quantity")
        if not isinstance(quantity, dict):
            raise self.refuse(where, "neither a quantity nor a term")
        number = quantity.get("value")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise self.refuse(where, "the quantity has no number")
        unit = self._term(quantity["unit"], f"{where}.unit") if quantity.get("unit") else None
        return {
            "value": float(number),
            "unit": unit and unit["term"].removeprefix("UCUM:"),
        }

    def _biomarkers(self, into: Phenotypes) -> Iterator[Row]:
        for where, interpretation in self._records(self._value, "interpretations"):
            diagnosis = interpretation.get("diagnosis") or {}
            for place, found in self._records(diagnosis, "genomicInterpretations", f"{where}."):
                row = self._biomarker(found, place)
                if row is None:
                    into.findings.left_out["genomicInterpretations without a gene"] += 1
                else:
                    yield row

    def _biomarker(self, found: dict[str, Any], where: str) -> Row | None:
        status = _INTERPRETATION.get(str(found.get("interpretationStatus")))
        variant = found.get("variantInterpretation") or {}
        described = variant.get("variationDescriptor") or {}
        gene = described.get("geneContext") or found.get("gene") or {}
        if status is None or not gene.get("symbol"):
            return None
        expressions = [e for _, e in self._records(described, "expressions", f"{where}.")]
        protein = [e.get("value") for e in expressions if e.get("syntax") == "hgvs.p"]
        term = gene.get("valueId")
        return {
            "gene": str(gene["symbol"]),
            "name": str(described.get("label") or gene["symbol"]),
            "status": status,
            "term": require_known(str(term), self._source) if term else None,
            "hgvs_p": protein[0] if protein else None,
        }

    def _records(
        self, owner: Mapping[str, Any], part: str, before: str = ""
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        records = owner.get(part) or []
        if not isinstance(records, list):
            raise self.refuse(f"{before}{part}", "not a list")
        for number, record in enumerate(records):
            where = f"{before}{part}[{number}]"
            if not isinstance(record, dict):
                raise self.refuse(where, "not a record")
            yield where, record

    def _text(self, owner: Mapping[str, Any], name: str, where: str) -> str:
        value = owner.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(f"{where}.{name}", "is empty or no text")
        return value

    def _flag(self, record: Mapping[str, Any], name: str, where: str) -> bool:
        value = record.get(name, False)
        if not isinstance(value, bool):
            raise self.refuse(f"{where}.{name}", "neither true nor false")
        return value

    def _term(self, value: Any, where: str) -> Row:
        if not isinstance(value, dict):
            raise self.refuse(where, "there is no term")
        curie = self._text(value, "id", where)
        term = require_known(curie, f"{self._source}, {where}")
        return {"term": term, "label": str(value.get("label") or term).strip()}

    def _time(self, value: Any, where: str) -> tuple[str | None, float | None, date | None]:
        """Read a time element: an age as its period and in years, or a day."""
        if not value:
            return None, None, None
        if not isinstance(value, dict):
            raise self.refuse(where, "not a time")
        age = value.get("age") or (value.get("ageRange") or {}).get("start")
        if age:
            period = age.get("iso8601duration") if isinstance(age, dict) else None
            return str(period), self._years(period, where), None
        instant = value.get("timestamp") or (value.get("interval") or {}).get("start")
        return None, None, self._date(instant, where) if instant else None

    def _years(self, period: Any, where: str) -> float:
        try:
            return years_of(str(period))
        except BadInput as error:
            raise self.refuse(where, error.why) from None

    def _date(self, value: Any, where: str) -> date:
        try:
            text = str(value)
            if len(text) == 10:
                return date.fromisoformat(text)
            return datetime.fromisoformat(text).date()
        except ValueError:
            raise self.refuse(where, f"{str(value)[:40]!r} is no date") from None
