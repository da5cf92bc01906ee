use super::*;

fn text(model: &Mmrm) -> String {
    model.formula().unwrap().to_string()
}

#[test]
fn each_analysis_has_its_formula() {
    let by_visit = Slope::ByVisit;
    for (analysis, expected) in [
        (Baseline::Unused, "sdq ~ arm * visit + us(visit | child)"),
        (ANCOVA, "sdq ~ arm * visit + baseline * visit + us(visit | child)"),
        (Baseline::Ancova { slope: Slope::Common }, "sdq ~ arm * visit + baseline + us(visit | child)"),
        (Baseline::Change, "sdq_change ~ arm * visit + us(visit | child)"),
        (
            Baseline::AdjustedChange { slope: by_visit },
            "sdq_change ~ arm * visit + baseline * visit + us(visit | child)",
        ),
        (Baseline::Constrained, "sdq ~ visit + visit:arm_post + us(visit | child)"),
        (Baseline::Unconstrained, "sdq ~ arm * visit + us(visit | child)"),
    ] {
        assert_eq!(text(&sdq(analysis)), expected);
    }
}

#[test]
fn all_clauses_of_a_methods_section_come_out() {
    let model = Mmrm::new("sdq total", Arm::new("arm", "SAU"), "visit", "child")
        .baseline(Recorded::in_column("sdq0"), Baseline::Ancova { slope: Slope::ByVisit })
        .cluster("family")
        .strata(["site"])
        .covariate("age", Slope::Common)
        .covariate("poly(age, 2) + sex", Slope::ByVisit)
        .within(Within::new("ar1").by_arm().over("month"));
    let expected = "`sdq total` ~ arm * visit + sdq0 * visit + site + age + (poly(age, 2) + sex) * visit \
                    + (1 | family) + ar1(month | arm/child)";
    assert_eq!(text(&model), expected);
}

#[test]
fn a_structure_may_have_options_and_coordinates() {
    let banded = sdq(ANCOVA).within(Within::new("toep").option("bands", 2.0));
    assert!(text(&banded).ends_with(" + toep(visit | child, bands = 2)"));
    let spatial = sdq(ANCOVA).within(Within::new("sp_exp").over("east").over("north"));
    assert!(text(&spatial).ends_with(" + sp_exp(east, north | child)"));
}

#[test]
fn what_is_no_covariate_is_refused() {
    for term in ["(1 | site)", "ar1(visit | child)", "var_power(age)", "0 + age", "offset(age)"] {
        let error = sdq(ANCOVA).covariate(term, Slope::Common).formula().unwrap_err();
        assert_eq!(error.code(), "not_a_covariate", "{term}");
    }
    assert_eq!(sdq(ANCOVA).covariate("age +", Slope::Common).formula().unwrap_err().code(), "formula_syntax");
    let subgroup = |analysis| sdq(analysis).covariate("arm:sex", Slope::Common).formula();
    assert!(subgroup(ANCOVA).is_ok());
    assert_eq!(subgroup(Baseline::Constrained).unwrap_err().code(), "not_a_covariate");
}

#[test]
fn a_specification_reads_like_a_methods_section() {
    let model = sdq(Baseline::Constrained)
        .cluster("family")
        .strata(["site"])
        .covariate("age", Slope::ByVisit)
        .within(Within::default().by_arm());
    let expected = "mixed model for repeated measures of sdq by arm (reference SAU) and visit; baseline (the rows of \
                    visit 0) is an outcome with one mean for all arms; stratum site; covariate age by visit; random \
                    intercept of family; covariance us over visit within child, one for each arm; by REML";
    assert_eq!(model.to_string(), expected);
}
