//! What a model of events says about its rows and times, as CSV files.

use super::EventFitted;
use super::hazard::Hazard;
use crate::csv::{Csv, Field};
use crate::error::{Error, Result};

/// The residuals of the rows used: a line a row, called by its number in the file, with the martingale and the deviance residual,
/// the contributions to the score (unweighted) and the change of each coefficient without the row (dfbeta, to first order).
///
/// # Errors
/// Where the treatment of ties has no hazards of events.
pub fn residuals(fitted: &EventFitted) -> Result<Vec<u8>> {
    let (fit, frame) = (fitted.fit.cox("residuals")?, &fitted.rows.frame);
    let found = fit.residuals()?;
    let p = fit.names().len();
    let named = |what: &'static str| fit.names().iter().map(move |name| format!("{what} {name}"));
    let fixed = ["row", "martingale", "deviance"].map(str::to_owned);
    let mut csv = Csv::new(fixed.into_iter().chain(named("score")).chain(named("dfbeta")));
    for (at, &row) in fit.rows().iter().enumerate() {
        let own = [found.martingale[at], found.deviance[at]];
        let vectors = found.score[at * p..(at + 1) * p].iter().chain(&found.dfbeta[at * p..(at + 1) * p]);
        let numbers = own.iter().chain(vectors).map(|value| Field::from(*value));
        csv.row(std::iter::once(numbered(frame.row_number(row as usize))).chain(numbers));
    }
    Ok(csv.into_bytes())
}

/// Schoenfeld's residuals: a line an event, in the order of time within strata.
///
/// # Errors
/// Where the treatment of ties has no hazards of events.
pub fn schoenfeld(fitted: &EventFitted) -> Result<Vec<u8>> {
    let (fit, frame) = (fitted.fit.cox("residuals")?, &fitted.rows.frame);
    let fixed = ["row", "stratum", "time"].map(str::to_owned);
    let mut csv = Csv::new(fixed.into_iter().chain(fit.names().iter().map(|name| format!("schoenfeld {name}"))));
    for event in fit.schoenfeld()? {
        let row = numbered(frame.row_number(event.row));
        let place = [row, stratum(fit.strata(), event.stratum), Field::from(event.time)];
        csv.row(place.into_iter().chain(event.residual.iter().map(|value| Field::from(*value))));
    }
    Ok(csv.into_bytes())
}

/// The cumulative hazard of somebody whose covariates and offset are 0: a line an event time, in each stratum.
///
/// # Errors
/// Where the treatment of ties has no hazards of events.
pub fn baseline(fitted: &EventFitted) -> Result<Vec<u8>> {
    let mut csv = Csv::new(["stratum", "time", "increment", "cumulative_hazard"]);
    let (hazard, strata) = match &fitted.fit {
        Hazard::Cox(fit) => (fit.baseline_hazard()?, fit.strata()),
        Hazard::Subdistribution(fit) => (fit.baseline_hazard(), fit.strata()),
        Hazard::Frailty(fit) => (fit.baseline_hazard(), fit.strata()),
    };
    for (at, of_stratum) in hazard.iter().enumerate() {
        let mut sum = 0.0;
        for &(time, increment) in of_stratum {
            sum += increment;
            csv.row([stratum(strata, at), Field::from(time), Field::from(increment), Field::from(sum)]);
        }
    }
    Ok(csv.into_bytes())
}

/// What each group shares, a line a group: the mean of a gamma frailty given the data, the mode of a normal effect, with limits that
/// take the distribution of frailties for known.
///
/// # Errors
/// `method_does_not_apply` without frailties; those of the limits.
pub fn frailty_effects(fitted: &EventFitted) -> Result<Vec<u8>> {
    let Hazard::Frailty(fit) = &fitted.fit else {
        let message = "a model without frailties has no effects of groups: frailty(x) in the formula makes it one";
        return Err(Error::usage("method_does_not_apply", message));
    };
    let mut csv = Csv::new(["term", "group", "effect", "estimate", "conf_low", "conf_high"]);
    for one in fit.group_effects(fitted.spec.level)? {
        let texts = [one.term, one.group, one.effect].map(|text| Field::from(text.as_str()));
        csv.row(texts.into_iter().chain([one.estimate, one.conf_low, one.conf_high].map(Field::from)));
    }
    Ok(csv.into_bytes())
}

fn numbered(row: u64) -> Field {
    Field::from(row as usize)
}

fn stratum(strata: &[String], at: usize) -> Field {
    Field::from(strata.get(at).map_or("", String::as_str))
}
