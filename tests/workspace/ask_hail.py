"""Inside the image: ask Hail and the library the same; leave both answers in a folder."""

import sys
from pathlib import Path

import hail as hl

import gdi_spe as spe

out = Path(sys.argv[1])
cohort = spe.open_cohort(spe.cohorts()[0].id)
heights = cohort.sql("SELECT individual_id, value FROM measurements").df()
people = cohort.to_pandas()
height = dict(zip(heights["individual_id"], heights["value"], strict=True))
male = {who: float(sex == "male") for who, sex in people["sex"].items()}
covid = cohort.individuals(diagnosis="MONDO:0100096")
case = dict.fromkeys(people.index, 0.0) | dict.fromkeys(covid.ids, 1.0)

# A column a sample; the library asks individuals, whom their germline samples stand for.
mt = cohort.to_hail()
mt = mt.filter_cols(mt.origin == "germline")
facts = hl.literal({who: hl.Struct(male=male[who], case=case[who]) for who in people.index})
tall = hl.literal(height)
mt = mt.annotate_cols(
    height=tall.get(mt.individual_id),
    male=facts[mt.individual_id].male,
    case=facts[mt.individual_id].case,
)
mt = mt.filter_rows(mt.locus.in_autosome()).persist()

linear = hl.linear_regression_rows(y=mt.height, x=mt.GT.n_alt_alleles(), covariates=[1.0, mt.male])
spe.from_hail(linear).to_parquet(out / "linear.hail")
cohort.association("Body height", {"male": male}, missing="mean").to_parquet(out / "linear.ours")

# Hail fills missing calls with the mean in its logistic models, and the library leaves them out:
# they agree about people without one.
calls = cohort.to_pandas(region="chr22")
calls = calls[calls.columns[calls.mean() > 0.1]]
calls = calls[calls.isna().sum().nsmallest(25).index].dropna()
some = cohort.to_hail(region="chr22")
known = hl.literal(set(calls.index))
places = hl.literal({int(name.split("-")[1]) for name in calls.columns})
some = some.filter_cols(known.contains(some.individual_id) & (some.origin == "germline"))
some = some.filter_rows(places.contains(some.locus.position))
some = some.annotate_cols(case=facts[some.individual_id].case, male=facts[some.individual_id].male)
wald = hl.logistic_regression_rows(
    "wald",
    y=some.case,
    x=some.GT.n_alt_alleles(),
    covariates=[1.0, some.male],
    # Hail stops at 1e-6 by itself.
    tolerance=1e-10,
)
spe.from_hail(wald).to_parquet(out / "logistic.hail")
cases = {who: case[who] for who in calls.index}
cohort.association(cases, {"male": male}, model="logistic", test="wald").to_parquet(
    out / "logistic.ours"
)

spe.from_hail(hl.variant_qc(mt)).to_parquet(out / "variant_qc.hail")
cohort.variant_qc(mid_p=True, strata=None, unrelated=False).to_parquet(out / "variant_qc.ours")
tested = mt.annotate_rows(hwe=hl.agg.hardy_weinberg_test(mt.GT))
spe.from_hail(tested).to_parquet(out / "hwe.hail")
chr22 = mt.filter_rows(mt.locus.contig == "chr22")
spe.from_hail(hl.sample_qc(chr22)).to_parquet(out / "sample_qc.hail")
cohort.sample_qc(region="chr22").to_parquet(out / "sample_qc.ours")

one = cohort.to_hail(region="chr22")
one = one.filter_cols(one.origin == "germline")
spe.from_hail(hl.sample_qc(one)).to_parquet(out / "samples.hail")
samples = cohort.sql("SELECT individual_id, sample_id FROM samples WHERE origin = 'germline'").df()
named = samples.set_index("individual_id")["sample_id"]
ours = cohort.sample_qc(region="chr22")
ours.assign(sample_id=named[ours.index].to_numpy()).to_parquet(out / "samples.ours")
try:
    spe.from_hail(mt)
except Exception as error:
    (out / "refused").write_text(f"{type(error).__name__}: {error}")
again = cohort.to_hail()
assert again.count() == (cohort.folder.manifest.n_variants, cohort.folder.samples.num_rows)
kept = sorted(path.name for path in Path(".kept").glob("*/*/*.mt"))
assert kept == ["cohort.mt"], kept
print(hl.default_reference(), mt.count_cols())
