//! What is embedded in the program: the reference cases, and the data sets that may be redistributed.
//!
//! A new case is a file in `data-fixtures/reference` and a line in [`CASES`].

macro_rules! cases {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../../../data-fixtures/reference/", $id, ".toml")))),*]
    };
}

macro_rules! data {
    ($($name:literal: $description:literal),* $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../../../data-fixtures/", $name, "/data.csv")),
            include_str!(concat!("../../../../data-fixtures/", $name, "/", $description)),
        )),*]
    };
}

/// The cases: identifier and text.
pub(super) const CASES: &[(&str, &str)] = cases![
    "antidepressant_us_reml",
    "bodyweight_slope_ml",
    "bodyweight_slope_reml",
    "bodyweight_varident_ml",
    "bodyweight_varident_reml",
    "dyestuff2_ml",
    "dyestuff2_reml",
    "dyestuff_ml",
    "dyestuff_reml",
    "fev_ar1_ml",
    "fev_ar1_reml",
    "fev_cs_ml",
    "fev_cs_reml",
    "fev_grp_ar1_ml",
    "fev_grp_ar1_reml",
    "fev_grp_cs_ml",
    "fev_grp_cs_reml",
    "fev_grp_us_ml",
    "fev_grp_us_reml",
    "fev_us_ml",
    "fev_us_reml",
    "fev_us_weighted_reml",
    "insteval_reml",
    "nist_atmwtag",
    "nist_longley",
    "nist_sirstv",
    "nist_smls01",
    "nist_smls02",
    "nist_smls04",
    "nist_smls05",
    "nist_smls07",
    "nist_smls08",
    "orthodont_cs_ml",
    "orthodont_cs_reml",
    "orthodont_intercept_ml",
    "orthodont_intercept_reml",
    "orthodont_slope_female",
    "orthodont_slope_ml",
    "orthodont_slope_reml",
    "orthodont_us_ml",
    "orthodont_us_reml",
    "ovary_ar1_ml",
    "ovary_ar1_reml",
    "oxboys_ar1_ml",
    "oxboys_ar1_reml",
    "oxboys_slope_ml",
    "oxboys_slope_reml",
    "pastes_ml",
    "pastes_reml",
    "penicillin_ml",
    "penicillin_reml",
    "pig_intercept_ml",
    "pig_slope_ml",
    "sleepstudy_intercept_ml",
    "sleepstudy_intercept_reml",
    "sleepstudy_offset_ml",
    "sleepstudy_offset_reml",
    "sleepstudy_quadratic_ml",
    "sleepstudy_quadratic_reml",
    "sleepstudy_rankdef",
    "sleepstudy_slope_ml",
    "sleepstudy_slope_reml",
    "sleepstudy_uncorrelated_ml",
    "sleepstudy_uncorrelated_reml",
    "sleepstudy_weighted_ml",
    "sleepstudy_weighted_reml",
    "tlc_us_reml",
];

/// The data sets: name, CSV text, description.
pub(super) const DATA: &[(&str, &str, &str)] = data![
    "antidepressant": "dictionary.toml",
    "dyestuff": "meta.toml",
    "dyestuff2": "meta.toml",
    "fev": "meta.toml",
    "nist_atmwtag": "meta.toml",
    "nist_longley": "meta.toml",
    "nist_sirstv": "meta.toml",
    "nist_smls01": "meta.toml",
    "nist_smls02": "meta.toml",
    "nist_smls04": "meta.toml",
    "nist_smls05": "meta.toml",
    "nist_smls07": "meta.toml",
    "nist_smls08": "meta.toml",
    "orthodont": "meta.toml",
    "pastes": "meta.toml",
    "penicillin": "meta.toml",
    "sleepstudy": "meta.toml",
    "sleepstudy_weighted": "meta.toml",
];
