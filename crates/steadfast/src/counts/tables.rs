//! What a model of counts says about its rows and clusters, as CSV files.

use steadfast_core::counts::CountResidual;

use super::CountFitted;
use crate::csv::{Csv, Field};
use crate::error::Result;

/// The residuals of the rows used: a line a row, called by its number in the file, with the expected count, the residuals response,
/// Pearson, mid-P and randomised quantile, and the deviance residual where the distribution has one.
///
/// # Errors
/// Where a probability cannot be computed.
pub fn residuals(fitted: &CountFitted) -> Result<Vec<u8>> {
    let fit = &fitted.fit;
    let deviance = fit.residuals(CountResidual::Deviance).ok();
    let kinds = [
        CountResidual::Response,
        CountResidual::Pearson,
        CountResidual::MidP,
        CountResidual::Quantile { seed: fitted.spec.seed },
    ];
    let mut found = vec![fit.fitted()];
    for kind in kinds {
        found.push(fit.residuals(kind)?);
    }
    let mut names = vec!["row", "fitted", "response", "pearson", "mid_p", "quantile"];
    if let Some(deviance) = deviance {
        names.push("deviance");
        found.push(deviance);
    }
    let mut csv = Csv::new(names);
    for at in 0..fit.counts().len() {
        let row = fit.frame().row_number(at).to_string();
        csv.row(std::iter::once(Field::from(row.as_str())).chain(found.iter().map(|values| Field::from(values[at]))));
    }
    Ok(csv.into_bytes())
}

/// The influence of each cluster: a line a cluster, called by the numbers of its rows in the file, with Cook's distance and the
/// change of each coefficient without it.
///
/// # Errors
/// None so far.
pub fn influence(fitted: &CountFitted) -> Result<Vec<u8>> {
    let fit = &fitted.fit;
    let names = ["rows".to_owned(), "cook".to_owned()].into_iter();
    let mut csv = Csv::new(names.chain(fit.names().iter().map(|name| format!("dfbeta {name}"))));
    let place = |row: &u32| fit.rows().binary_search(row).unwrap_or_default();
    for one in fit.cluster_influence() {
        let rows: Vec<String> = one.rows.iter().map(|row| fit.frame().row_number(place(row)).to_string()).collect();
        let numbers = std::iter::once(one.cook).chain(one.dfbeta.iter().copied()).map(Field::from);
        csv.row(std::iter::once(Field::from(rows.join(" ").as_str())).chain(numbers));
    }
    Ok(csv.into_bytes())
}
