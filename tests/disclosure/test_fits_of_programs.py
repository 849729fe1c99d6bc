# ruff: noqa: E501  # made exports read better with one item a line
"""Fits, folds, designs and diagnostics as programs write them, beside their nearest harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named

POLICY = policy_named("gdi-default")
STATA = """Cox regression with Breslow method for ties

No. of subjects =  {}                               Number of obs =  48,112
No. of failures =   6,824
Log likelihood = -69231.112                             Prob > chi2   =  0.0000

------------------------------------------------------------------------------
          _t | Haz. ratio   Std. err.      z    P>|z|     [95% conf. interval]
-------------+----------------------------------------------------------------
         age |   1.078801   .0012511    65.40   0.000     1.076352    1.081256
       2.sex |   1.711020   .0422101    21.77   0.000     1.630253    1.795788
------------------------------------------------------------------------------
"""
MATCHED = """Sample Sizes:
          Control Treated
All          4320    {0}
Matched      1487    {0}
Unmatched    2833       0
Discarded       0       0
"""
MEDIATED = """Causal Mediation Analysis

               Estimate 95% CI Lower 95% CI Upper p-value
ACME             0.0312       0.0221         0.04  <2e-16 ***
ADE              0.1121       0.0911         0.13  <2e-16 ***
---
Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1

{}

Simulations: 1000
"""
MAY_LEAVE = {
    "a Cox model of Stata": STATA.format("48,112"),
    "a spline at a grid of ages": "age,fit,se,lower,upper\n40,118.2,0.4,117.4,119.0\n45,120.9,0.3,120.3,121.5\n50,123.5,0.3,122.9,124.1\n55,126.1,0.3,125.5,126.7\n",
    "incidence at whole years": "time,cause,group,cif,se\n1,CVD,F,0.012,0.001\n2,CVD,F,0.025,0.001\n3,CVD,F,0.038,0.002\n1,CVD,M,0.021,0.001\n2,CVD,M,0.043,0.002\n3,CVD,M,0.065,0.002\n",
    "scores of folds": "fold,train_auc,test_auc,brier\n1,0.781,0.771,0.092\n2,0.783,0.768,0.093\n3,0.779,0.775,0.091\n",
    "people that a design needs": "effect_size,allele_frequency,required_n\n0.02,0.05,211033\n0.05,0.05,33765\n0.10,0.05,8441\n",
    "pooled estimates": "term,m,estimate,std.error,statistic,df,p.value,riv,lambda,fmi\n(Intercept),20,1.871,0.082,22.8,1203.1,0,0.14,0.123,0.124\nage,20,0.0098,0.0013,7.5,988.2,1e-13,0.16,0.138,0.14\n",
    "studies of a meta-analysis": "study,TE,seTE,lower,upper,weight_random\nEstonia,0.112,0.031,0.051,0.173,28.1\nFinland,0.091,0.022,0.048,0.134,51.2\n",
    "hazard ratios in brackets": "Variable,Level,Univariable HR (95% CI),p,Multivariable HR (95% CI),p.1\nAge,per year,1.08 (1.07-1.08),<0.001,1.08 (1.07-1.08),<0.001\nSex,Male,1.52 (1.45-1.60),<0.001,1.71 (1.63-1.80),<0.001\n",
    "matched groups": MATCHED.format(1487),
    "a mediation": MEDIATED.format("Sample Size Used: 6034"),
    "calibration by bin": "bin,n,events,pred_mean,obs\n1,1925,37,0.021,0.0192\n2,1925,84,0.041,0.0436\n3,1924,116,0.063,0.0603\n",
    "Gray's test": "cause,stat,pv,df\nCVD,41.2,1.4e-10,1\nother death,12.1,0.0005,1\n",
    "E-values": "exposure,RR,lower,upper,e_value_point,e_value_ci\nsmoking,1.83,1.71,1.96,3.06,2.81\nt2d,1.66,1.55,1.78,2.71,2.47\n",
    "scales of a questionnaire": "scale,n_items,alpha,omega,ci_lower,ci_upper\nPHQ,9,0.86,0.88,0.85,0.87\nGAD,7,0.89,0.90,0.88,0.90\n",
    "ratios of prevalence": "exposure,PR,PR_low,PR_high,ARD,ARD_low,ARD_high\nsmoking,1.41,1.30,1.53,0.021,0.015,0.027\n",
    "a model in other cohorts": "model,cohort,citl,slope,c_statistic,oe_ratio\nQRISK,Estonia,0.02,0.97,0.751,1.03\nSCORE2,Finland,-0.11,0.91,0.742,0.91\n",
    "bounds of a sensitivity analysis": "gamma,p_lower,p_upper\n1.0,0.0001,0.0001\n1.2,0.0000,0.0021\n1.5,0.0000,0.0412\n",
    "scores in one column": "model,fold,metric,value\nlogit,1,auc,0.712\nlogit,2,auc,0.709\nxgb,1,auc,0.731\nxgb,2,auc,0.728\n",
    "a tally of balance": "Balance tally for mean differences\n                   count\nBalanced, <0.1         4\nNot Balanced, >0.1     0\n",
    "a report of scikit-learn": ",precision,recall,f1-score,support\n0,0.867,0.896,0.881,15935\n1,0.401,0.336,0.366,3310\naccuracy,0.8,0.8,0.8,0.8\nmacro avg,0.634,0.616,0.623,19245\n",
}
MUST_NOT = {
    "values of people in one column": "model,fold,metric,value\nlogit,1,ldl,3.12\nlogit,2,ldl,2.21\nxgb,1,ldl,4.31\nxgb,2,ldl,2.98\n",
    "a tally of people": "Tally\n                   count\nBalanced diet         4\nPoor diet     3\n",
    "a report of few": ",precision,recall,f1-score,support\n0,0.867,0.896,0.881,155\n1,0.401,0.336,0.366,4\naccuracy,0.8,0.8,0.8,0.8\nmacro avg,0.634,0.616,0.623,159\n",
    "people in columns by initials": "variable,KT,MA\nldl,3.12,2.21\nbmi,27.2,31.1\n",
    "people in columns by name": "parameter,Mari,Anneli\nldl,3.12,2.21\nhdl,1.27,0.91\n",
    "people in columns by number": "variable,Patient1,Patient2\nldl,3.12,2.21\nbmi,27.2,31.1\n",
    "people who are called models": "model,slope,drift\nP-0312,0.31,0.12\nP-0417,0.12,0.41\nP-0988,0.41,0.31\n",
    "people who are called terms": "term,slope,drift\nM.K.,0.31,0.12\nA.T.,0.12,0.41\n",
    "a trait of what is called a feature": "feature,slope,ldl\nfirst,0.31,3.12\nsecond,0.12,4.41\n",
    "few who are counted by variable": "variable,slope,found\nALS,0.31,3\nSMA,0.12,2\n",
    "people whom a log lists": STATA.format("[1048, 1112, 1203]"),
    "people at ages in a row": "age,ldl,resid\n40,3.1,0.12\n41,3.3,-0.31\n42,4.1,0.52\n43,2.9,-0.71\n",
    "a curve where people are": "age,fit,se,lower,upper\n40.1,118.2,0.4,117.4,119.0\n47.3,120.9,0.3,120.3,121.5\n50.2,123.5,0.3,122.9,124.1\n55.9,126.1,0.3,125.5,126.7\n",
    "errors of folds of one": "fold,error\n1,0.12\n2,1.31\n3,0.52\n4,0.22\n5,0.91\n",
    "few people that were matched": MATCHED.format(7),
    "a mediation in few people": MEDIATED.format("3 patients died and 2 women carried it."),
    "observed shares of few people": "bin,n,events,pred_mean,obs\n1,19,1,0.021,0.0526\n2,19,2,0.041,0.1053\n3,19,3,0.063,0.1579\n",
    "measurements in brackets": "Variable,Level,Patient A (range),p\nAge,per year,71 (70-72),0.1\nBMI,Male,31.2 (30.1-33.0),0.2\n",
}  # fmt: skip


def judged(path: Path, text: str) -> Verdict:
    """Judge a text of whose people nothing is known."""
    file = path / ("t.csv" if text.count(",") > text.count(" ") else "t.txt")
    file.write_text(text)
    return check_files([file], POLICY, CheckContext()).verdict


@pytest.mark.parametrize("what", MAY_LEAVE)
def test_what_programs_say_of_a_fit_may_leave(tmp_path: Path, what: str) -> None:
    verdict = judged(tmp_path, MAY_LEAVE[what])

    assert verdict is Verdict.PASS


@pytest.mark.parametrize("what", MUST_NOT)
def test_their_nearest_harm_does_not_leave(tmp_path: Path, what: str) -> None:
    verdict = judged(tmp_path, MUST_NOT[what])

    assert verdict is not Verdict.PASS
