"""Names that programs give to what a model was set to, how it was fitted, and how well it does.

None of these counts or describes people; a column of such a name is still held to its cells.
"""

# ruff: noqa: E501  # names of one sort read better together
from __future__ import annotations

import re
from collections.abc import Sequence

# What programs call the term that every row of a model has.
CONSTANT = re.compile(r"\(?(const(ant)?|intercept|_cons)\)?", re.IGNORECASE)
# What somebody chose: a grid of hyperparameters, thresholds, a design for a study to come.
SETTING = re.compile(
    r"(param_)?(\w{1,16}__)?(max_(depth|iter|features|leaf_nodes|leaves|bin|samples)|n_(estimators|neighbors|components|splits|jobs|iter|layers|units|hidden|knots|pcs?|folds)"
    r"|min_?(samples_(leaf|split)|child_weight|maf|mac|info|data_in_leaf|impurity_decrease)|num_(leaves|round|boost_round|parallel_tree)|learning_rate|lr|eta|gamma|c|alpha|lambda(_?(1se|min))?|l1_ratio|l[12]|reg_(alpha|lambda)"
    r"|subsample|colsample\w*|batch_?size|dropout(_rate)?|hidden_?\w{0,12}|units|neurons|kernel|degree|coef0|tol(erance)?|momentum|weight_decay|penalty|epsilon|nu|[kn]_neighbou?rs?|mtry|ntree|nodesize|cp|bandwidth|span|df_spline|window(_\w{1,8})?|kb|r2_threshold"
    r"|threshold\w*|p_?thresh\w{0,6}|cut_?off\w*|seed|random_(state|seed)|threads|cpus?|cores|memory\w*|mem_\w{1,8}|ram\w*|chunk_?size|block_?size|bsize|maf_?(min|max|threshold|cutoff)?|min_?maf|max_?maf|hwe(_\w{1,12})?|geno|mind|info_(min|threshold)"
    r"|effect_size|true_(or|beta|effect)|assumed_\w{1,16}|design_\w{1,16}|disease_prevalence|case_fraction|target_power|alpha_level|significance_level|sig_level|n_per_(group|arm)|(n|k|cv|outer|inner)_?folds|(n_)?repeats?|n_planned|planned_n|n_imputations?|m_imputations?|n_required|required_n)",
    re.IGNORECASE,
)
_SCORES = r"score|calibration_(slope|intercept)|auc|auroc|auprc|roc_auc|pr_auc|accuracy|balanced_accuracy|acc|error|err|loss|log_?loss|r2|rmse|mse|mae|f1|precision|recall|brier|c_?index|logloss|deviance|nll|perplexity|kappa|mcc|sensitivity|specificity"
_BENEFIT = r"net_benefit\w*|standardi[sz]ed_net_benefit|interventions_avoided"
_SPLIT = r"test|train(ing)?|val(id(ation)?)?|dev|cv|oof|holdout|external|fit|fold|inner|outer|in_sample|out_of_sample|bootstrap\w*|optimism"
# How well a model does on parts of the data, and how long it took.
SCORE = re.compile(
    rf"(metrics?_)?((mean|avg|std|sd|se|median|min|max|best|final|split_?\d{{1,2}}|rank|apparent|corrected|{_SPLIT})_)*(({_SPLIT})_)?(neg_)?({_SCORES}|time)(_(mean|avg|std|sd|se|{_SPLIT}|lower|upper|low|high|ci\w*))*"
    rf"|{_BENEFIT}|(mean_)?(obs|pred|predicted|observed|expected)(_(rate|risk|prob\\w*|proportion|mean))?"
    rf"|rank_({_SPLIT})_\w{{1,12}}|(({_SPLIT})_)?({_SCORES})_?(fold_?)?\d{{0,2}}|folds?_\d{{1,2}}|(elapsed|wall|cpu|user|real|run|runtime)_?(time)?(_?(s|sec|seconds|min|minutes|h|hours))?|seconds|runtime\w*",
    re.IGNORECASE,
)
# What R, SAS, SPSS and Stata call the numbers of a fitted model.
OF_A_MODEL = re.compile(
    r"(adj(usted)?_?)?(multiple_)?r_?(2|sq|squared?|square)(_adj\w*)?|r_squared|adj_r_\w+|pseudo_r_?\w+|mcfadden\w*|nagelkerke\w*|sigma|root_mse|scale|dispersion|residual_(std_err\w*|standard_error|deviance)|null_deviance"
    r"|(sum|mean)_(of_)?(sq|squares?)|ss|rss|ms|resid(ual)?_dev(iance)?|res_df|resid(ual)?_df|raw_alpha|std_alpha|g6|average_r|icc\w{0,6}|loa_(lower|upper)|type_(i|ii|iii)_ss|f_?(value|stat\w*|ratio)|[tz]_value|wald(_\w{1,16})?|lr(_\w{1,8})?|lrt|score_chi\w*|chi_?sq\w*|pr_?>_?\w{0,8}|prob_?>_?\w{1,8}|prob_(chi\w*|f)|log_?lik\w*|ll(_\w{1,4})?|llr\w*"
    r"|aic\w*|bic\w*|hqic|vif|gvif\w*|tolerance|condition_(no|number|index)|durbin_watson|omnibus|jarque_bera\w*|skew|kurtosis|cook\w*_max|bias|emmean|emmeans|lsmeans|diff(erence)?|mean_diff(erence)?|estimate_diff|log2?err|median_bias|coverage_prob|ame|dy_dx|margin|contrast|lsmean|emmean|adjusted_mean|exp\(?_?-?coef\)?|exp_coef\w*|exp__coef|eta_?(sq\w*|2)|cohens?_[dfw]"
    r"|(cover|gain|split|mean_abs_shap|shap_\w{1,12}|importances?(_(mean|std|sd))?|importance_\w{1,12}|overall|mean_decrease_\w{1,10}|inc_?mse|inc_?node_?purity|variance_inflation\w*)"
    r"|fmi|riv|r_?hat(_\w{1,8})?|ess(_\w{1,8})?|q_df|df_q|e_?df|ref_df|eff(ective)?_df|((abs(olute)?|un)?_?(weighted|adjusted|matched)_)?(a?smd|std_diff\w{0,8}|standardi[sz]ed_(mean_)?diff\w{0,8}|asd)(_\w{1,20})?|\w{1,20}_a?smd|variance_ratio(_\w{1,16})?|vr(_\w{1,16})?|(diff\w{0,8}_)?rmst(_\w{1,16})?|rmtl(_\w{1,12})?|nnt\w{0,8}|(n)?ri(_\w{1,8})?|idi|e_value"
    r"|(coef_|exp_coef_|hr_|or_|\w{1,16}_)?(lower|upper|low|high|lcl|ucl|lo|hi)(_?(limit|ci|cl|bound|\d{1,2}|0_\d{1,3}|\d{1,2}_?(percent)?(_ci)?)){0,2}|_?\d{1,2}(_\d)?_?(percent)?_?(lower|upper)?_?ci\w*|qic\w?|cic|pr|ard|rd|arr|at[etuc]|late|cace|e_?value(_\w{1,12})?|nmin|nparams?|npar|n_par(am(eter)?s)?|null_value|nsplit|sum_?sq(uares?)?|mean_?sq(uares?)?|ss_\w{1,12}|k_index",
    re.IGNORECASE,
)
# Quantiles that a column is named after: "25%", "p95", "q1", "3rd Qu.".
QUANTILE = re.compile(
    r"(p|q|pct|perc|percentile|quantile)?_?\d{1,2}(_\d)?_?(percent|th|pct)|[pq]_?\d{1,2}(_\d)?|[13](q|st_qu_?|rd_qu_?)|median|iqr|0_\d{1,3}",
    re.IGNORECASE,
)
# Lists that somebody chose: where bins and axes begin, what a grid is of, how large a figure is.
_CHOSEN = re.compile(
    r"(\w{1,24}_)?(bins?|breaks?|cuts?|cut_?offs?|cut_?points?|edges|ticks?|tick_?values|[xyz]_?(lim|ticks|range|limits?)|lims?|limits|range|ranges|grid|bounds?|quantiles|quartiles|percentiles|probs"
    r"|thresholds?|windows?|fig_?size|figure_?size|dpi|domain|k_values|classes|knots|horizons|time_?points|seeds|p_?t|max_depths?|alphas|lambdas|gammas|etas|learning_rates|batch_sizes|hidden_(layers?|sizes?|units)"
    r"|layers|sizes|scales|colou?rs?|margins?|padding|position|version|ports?|weights_grid|steps|intervals|chromosomes|chroms|pcs|mafs?|filters?)",
    re.IGNORECASE,
)


def is_chosen(name: str) -> bool:
    """Whether a list of this name is of settings, which somebody chose and nobody measured."""
    bare = re.sub(r"_\d{1,2}$", "", name)
    one = bare.removesuffix("s")
    return bool(_CHOSEN.fullmatch(bare) or SETTING.fullmatch(bare) or SETTING.fullmatch(one))


def is_setting(name: str) -> bool:
    """Whether a name is that of a setting of a model, or of one of several in a list."""
    return bool(SETTING.fullmatch(re.sub(r"_\d{1,2}$", "", name)))


_OF_A_GRID = re.compile(
    r"p|pi|h2|sparse|shrink\w*|thr_?(r2|imp)?|size|clump\w*|r2|kb|phi|a|b|delta|lambda|nlambda|ld_?ref|prior\w*|model|method|p_?t|annot\w*|fold"
)


def is_setting_of_grid(name: str) -> bool:
    """Whether a name is that of a setting that programs try one combination after another of."""
    return is_setting(name) or bool(_OF_A_GRID.fullmatch(name))


def is_score(name: str) -> bool:
    """Whether numbers under this name say how well a model does."""
    return bool(SCORE.fullmatch(name) or SCORE.fullmatch(name.removesuffix("s")))


def is_round(cells: Sequence[str]) -> bool:
    """Whether numbers are as round as somebody chooses them."""
    digits = [re.sub(r"[eE].*$|[.-]", "", cell) for cell in cells]
    return all(len(each.strip("0")) <= _MOST_DIGITS for each in digits)


_THRESHOLD = re.compile(
    r"(min_?|max_?)?(maf|mac|af|ac|hwe(_p)?|geno|mind|info|cv|folds?|k_?folds?|p|p_?val\w{0,4}|p_?thresh\w*|alpha|fdr|call_?rate|missing\w*|missing_call_rate"
    r"|r2|ld_r2|window\w*|step|steps|b_?size\w*|threads|seed|kb|mb|depth|dp|gq|qual|af_?cutoff|n_?pcs?|pcs|chunks?|block_?size|n_?iter\w*|burn_?in|n_?perm\w*|n_?boot\w*"
    r"|epochs|patience|timeout|retries|max_?retries|mem_?(gb|mb)|gb|cores|nodes|version|build|release|n_?(jobs|threads|cores|cpus?|workers)|\w{1,24}_(min|max|threshold|cutoff)|(min|max|minimum|maximum)_(cells?|cell_(count|size)|counts?|n|years?|months?|days?|people|carriers|size|group(_size)?|samples)|at_(least|most)|k|digits|decimals"
    r"|(min|max|at_least|at_most)_?(cases|controls|individuals|group\w*|events))",
    re.IGNORECASE,
)
_MOST_DIGITS = 2


def is_threshold(name: str, cells: Sequence[str]) -> bool:
    """Whether numbers of a tree are a filter or a setting: named so, and as round as such are.

    TRUST: a number that was measured has more digits than somebody chooses; seeds have any.
    """
    bare = re.sub(r"_\d{1,2}$", "", name)
    if not (_THRESHOLD.fullmatch(bare) or is_setting(name)):
        return False
    return bare in ("seed", "random_state", "random_seed") or is_round(cells)
