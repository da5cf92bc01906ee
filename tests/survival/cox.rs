//! Cox models and their residuals.

use serde_json::Value;
use steadfast_core::frame::{Column, Factor, Frame};
use steadfast_core::survival::{Cox, CoxFit, Ties, Variance};

use super::{ITERATED, ROUNDING, close, external, matrix, numbers, observed};

/// Coefficients, both covariances, the log-likelihoods and the score test.
fn compare(case: &str, fit: &CoxFit, r: &Value) {
    close(case, fit.beta(), &numbers(&r["coef"]["values"]), ITERATED);
    let robust = !r["naive_var"].is_null();
    let naive = matrix(if robust { &r["naive_var"] } else { &r["vcov"] });
    close(case, fit.vcov().as_slice(), &naive, ITERATED);
    if robust {
        let rows = fit.inference(Variance::Cr0).unwrap().coefficients().unwrap();
        let found: Vec<f64> = rows.iter().map(|row| row.std_error).collect();
        let (vcov, p) = (matrix(&r["vcov"]), fit.beta().len());
        let expected: Vec<f64> = (0..p).map(|at| vcov[at * (p + 1)].sqrt()).collect();
        close(case, &found, &expected, ITERATED);
    }
    let (null, fitted) = fit.log_likelihood();
    close(case, &[null, fitted], &numbers(&r["loglik"]), ROUNDING);
    let score = fit.score_test().unwrap();
    close(case, &[score.statistic * score.num_df], &[r["score"].as_f64().unwrap()], 1e-9);
}

fn cox(formula: &str) -> Cox {
    Cox::new(formula.parse().unwrap())
}

const VETERAN: &str = "Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior";

/// The veterans, whose cell types R has in the order of the data.
fn veteran(frame: &Frame) -> Frame {
    let types = frame.column("celltype").unwrap().to_factor();
    let levels = ["squamous", "smallcell", "adeno", "large"].map(str::to_owned).to_vec();
    let place =
        |row: usize| levels.iter().position(|level| types.level(row) == Some(level.as_str())).map(|at| at as u32);
    let codes: Vec<Option<u32>> = (0..frame.n_rows()).map(place).collect();
    let types = Factor::from_codes(levels, codes).unwrap();
    frame.clone().with_column(Column::from_factor("celltype", types)).unwrap()
}

#[test]
fn cox_models_are_those_of_r() {
    for (case, ties) in [("cox_veteran_efron", Ties::Efron), ("cox_veteran_breslow", Ties::Breslow)] {
        let Some((frame, r)) = external("veteran", case) else { continue };
        compare(case, &cox(VETERAN).ties(ties).fit(&veteran(&frame)).unwrap(), &r);
    }
    if let Some((frame, r)) = external("lung", "cox_lung_weights") {
        let weights = (1..=frame.n_rows()).map(|row| (1.0 + (row % 3) as f64) / 2.0).collect();
        let frame = frame.with_column(Column::float("w", weights)).unwrap();
        let fit = cox("Surv(time, status) ~ age + sex").censored("1").weights("w").fit(&frame).unwrap();
        compare("cox_lung_weights", &fit, &r);
    }
    if let Some((frame, r)) = external("lung", "cox_lung_strata") {
        let frame = observed(&frame, "inst");
        let institution = frame.column("inst").unwrap().to_numeric().unwrap();
        let late = institution.iter().map(|number| Some(if *number > 11.0 { "yes" } else { "no" }));
        let frame = frame.with_column(Column::from_factor("late", Factor::from_values(late))).unwrap();
        let fit = cox("Surv(time, status) ~ age + sex + ph.ecog + strata(late)").censored("1").fit(&frame).unwrap();
        compare("cox_lung_strata", &fit, &r);
    }
    if let Some((frame, r)) = external("mgus2_cr", "causespecific_mgus2") {
        for cause in ["pcm", "death"] {
            let model = cox("Surv(etime, event) ~ age + sex + mspike").censored("censor").cause(cause);
            compare(cause, &model.fit(&frame).unwrap(), &r[cause]);
        }
    }
}

#[test]
fn models_of_recurrent_events_are_those_of_r() {
    let cases = [
        ("bladder2", "cox_bladder2_ag", "Surv(start, stop, event) ~ rx + size + number + cluster(id)"),
        ("bladder2", "cox_bladder2_pwp", "Surv(start, stop, event) ~ rx + size + number + strata(enum) + cluster(id)"),
        ("bladder", "cox_bladder_wlw", "Surv(stop, event) ~ rx + size + number + strata(enum) + cluster(id)"),
    ];
    for (data, case, formula) in cases {
        let Some((frame, r)) = external(data, case) else { continue };
        compare(case, &cox(formula).fit(&frame).unwrap(), &r);
    }
}

#[test]
fn residuals_of_a_cox_model_are_those_of_r() {
    let Some((frame, r)) = external("veteran", "cox_veteran_residuals") else { return };
    let fit = cox(VETERAN).fit(&veteran(&frame)).unwrap();
    let found = fit.residuals().unwrap();
    close("martingale", &found.martingale, &numbers(&r["martingale"]), ITERATED);
    close("deviance", &found.deviance, &numbers(&r["deviance"]), ITERATED);
    close("score", &found.score, &matrix(&r["score"]), ITERATED);
    close("dfbeta", &found.dfbeta, &matrix(&r["dfbeta"]), ITERATED);
}
