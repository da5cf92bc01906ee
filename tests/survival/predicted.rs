//! Standardised risks and prediction errors against R's riskRegression and pec, on data of R's survival.

use steadfast_core::frame::Frame;
use steadfast_core::survival::{Cox, CoxCurves, CoxFit, CurveVariance, Population, PredictionError};

use super::{close, external};

fn lung(formula: &str) -> Option<(Frame, CoxFit)> {
    let (frame, _) = external("lung", "concordance_lung")?;
    let fit = Cox::new(formula.parse().unwrap()).censored("1").fit(&frame).unwrap();
    Some((frame, fit))
}

/// The risks: riskRegression 2022.11.28, ate(coxph(Surv(time, status == 2) ~ age + sex, lung, x = TRUE, control = coxph.control(eps =
/// 1e-14)), treatment = "sex", times = 300). The error: in R the slopes of that risk difference, from coxph(…, weights = w, robust =
/// FALSE) and basehaz, in each weight by central differences of 1e-4, squared and summed, good to 1e-8. (ate's own 0.0483270 is 4 %
/// smaller: its influence function is not the derivative.)
#[test]
fn standardised_risks_are_those_of_g_computation_in_r() {
    let Some((frame, fit)) = lung("Surv(time, status) ~ age + sex") else { return };
    let curves = CoxCurves::new().variance(CurveVariance::Jackknife);
    let arms = curves.standardised(&fit, Population::Fitted(&frame), "sex").unwrap();
    let risks = ["1", "2"].map(|sex| 1.0 - arms.at(sex, 300.0).unwrap().survival);
    close("risk", &risks, &[0.5342094497693902, 0.368041084087513], 1e-9);
    let difference = arms.risk_difference("2", "1", 300.0).unwrap();
    close("difference", &[difference.estimate], &[-0.1661683656818772], 1e-9);
    close("its error", &[difference.std_error], &[0.05044768086], 1e-8);
}

/// pec 2022.05.04 and riskRegression 2022.11.28 (censoring by Kaplan-Meier, conservative errors, whose n - 1 is n here).
#[test]
fn brier_scores_are_those_of_r() {
    let Some((frame, fit)) = lung("Surv(time, status) ~ age + sex") else { return };
    let expected = [
        (100.0, [0.1136829294039125, 0.1175265905912555, 0.01587002811424023]),
        (300.0, [0.2388235521677823, 0.2490631431271556, 0.009863045173083316]),
        (500.0, [0.1991887504256099, 0.2072623737313351, 0.0191777036540697]),
    ];
    for (time, [model, null, error]) in expected {
        let found = PredictionError::new().at(&fit, &frame, time).unwrap();
        close("Brier", &[found.model.estimate, found.null.estimate], &[model, null], 1e-9);
        close("its error", &[found.model.std_error * (228.0_f64 / 227.0).sqrt()], &[error], 1e-9);
    }
    let whole = PredictionError::new().integrated(&fit, &frame, 500.0).unwrap();
    close("integrated", &[whole.model.estimate, whole.null.estimate], &[0.180, 0.186], 5e-3);
}
