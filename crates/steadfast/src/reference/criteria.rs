//! Information criteria as other programs count.

use steadfast_core::lmm::{Convention, Counting, LmmFit};

use super::runner::Failure;

/// The criterion `kind` as the program counts that `of` names: `mmrm`, or `sas/200` with a number of subjects.
pub(super) fn value(fit: &LmmFit, kind: &str, of: &str) -> Result<f64, Failure> {
    let (program, subjects) = of.split_once('/').map_or((of, None), |(program, subjects)| (program, Some(subjects)));
    let convention = match program {
        "sas" => Convention::Sas,
        "mmrm" => Convention::Mmrm,
        "nlme" => Convention::Nlme,
        "lme4" => Convention::Lme4,
        _ => return Err(format!("there is no convention `{program}`")),
    };
    let mut counting = Counting::from(convention);
    if let Some(subjects) = subjects {
        counting = counting.with_subjects(subjects.parse().map_err(|_| format!("`{subjects}` is not a number"))?);
    }
    let criteria = fit.information_criteria(counting).map_err(|e| e.to_string())?;
    Ok(match kind {
        "aic" => criteria.aic,
        "aicc" => criteria.aicc,
        _ => criteria.bic,
    })
}
