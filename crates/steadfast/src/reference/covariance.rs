//! From the name of a covariance parameter to its value in a fit.

use steadfast_core::lmm::{CovarianceEstimate, LmmFit, RandomCovariance, ResidualCovariance};

use super::quantity::same_product;
use super::runner::Failure;

/// The value of `kind.of`, where `kind` is `sigma`, `sd`, `cov`, `cor`, `residual` or `residual_cor`.
pub(super) fn value(estimate: &CovarianceEstimate, kind: &str, of: &str) -> Result<f64, Failure> {
    match kind {
        "sigma" => match &estimate.residual {
            ResidualCovariance::Independent { sigma } => Ok(*sigma),
            ResidualCovariance::Structured { .. } => Err("the residuals have no single sigma".to_owned()),
        },
        "sd" => {
            let (term, at) = effect(estimate, of)?;
            Ok(term.std_devs[at])
        }
        "residual" => residual(estimate, of),
        "residual_cor" => residual_correlation(estimate, of),
        _ => {
            let (term, i, j) = pair(estimate, of)?;
            Ok(if kind == "cor" { term.correlations[i][j] } else { term.covariance[i][j] })
        }
    }
}

/// The term under which the intervals list `sigma`, `sd.GROUP.EFFECT` or `cor.GROUP.i.j`.
pub(super) fn interval_term(estimate: &CovarianceEstimate, of: &str) -> Result<String, Failure> {
    match of.split_once('.') {
        None => Ok("sd residual".to_owned()),
        Some(("sd", of)) => {
            let (term, at) = effect(estimate, of)?;
            Ok(format!("sd {} | {}", term.names[at], term.group))
        }
        Some((_, of)) => {
            let (term, i, j) = pair(estimate, of)?;
            let (i, j) = (i.min(j), i.max(j));
            Ok(format!("cor {}, {} | {}", term.names[i], term.names[j], term.group))
        }
    }
}

/// The effect that `GROUP.EFFECT` names, in whichever term of the group has it.
fn effect<'a>(estimate: &'a CovarianceEstimate, of: &str) -> Result<(&'a RandomCovariance, usize), Failure> {
    let (group, name) = of.split_once('.').ok_or_else(|| format!("`{of}` names no group and effect"))?;
    let of_group = estimate.random.iter().filter(|term| same_product(&term.group, group));
    of_group
        .filter_map(|term| term.names.iter().position(|effect| effect == name).map(|at| (term, at)))
        .next()
        .ok_or_else(|| format!("no term of group `{group}` has the effect `{name}`"))
}

/// The two effects that `GROUP.i.j` names: of one term, or, where every effect has its own, of the i-th and j-th.
fn pair<'a>(estimate: &'a CovarianceEstimate, of: &str) -> Result<(&'a RandomCovariance, usize, usize), Failure> {
    let unread = || format!("`{of}` names no group and two effects");
    let (rest, j) = of.rsplit_once('.').ok_or_else(unread)?;
    let (group, i) = rest.rsplit_once('.').ok_or_else(unread)?;
    let (i, j): (usize, usize) = (i.parse().map_err(|_| unread())?, j.parse().map_err(|_| unread())?);
    let mut of_group = estimate.random.iter().filter(|term| same_product(&term.group, group));
    let term = of_group.next().ok_or_else(|| format!("there is no term of group `{group}`"))?;
    if i.max(j) < term.names.len() {
        return Ok((term, i, j));
    }
    match of_group.nth(i.saturating_sub(1)) {
        Some(later) if i == j && later.names.len() == 1 => Ok((later, 0, 0)),
        _ => Err(format!("the term of group `{group}` has {} effects", term.names.len())),
    }
}

/// The element `i.j` of the residual correlation matrix, or `BY.i.j`.
fn residual_correlation(estimate: &CovarianceEstimate, of: &str) -> Result<f64, Failure> {
    let (rest, j) = of.rsplit_once('.').ok_or_else(|| format!("`{of}` names no element"))?;
    let (by, i) = rest.rsplit_once('.').map_or((String::new(), rest), |(by, i)| (format!("{by}."), i));
    let element = |i: &str, j: &str| residual(estimate, &format!("{by}{i}.{j}"));
    Ok(element(i, j)? / (element(i, i)? * element(j, j)?).sqrt())
}

/// The element `i.j`, or `BY.i.j` where the parameters differ by a factor.
fn residual(estimate: &CovarianceEstimate, of: &str) -> Result<f64, Failure> {
    let ResidualCovariance::Structured { groups, .. } = &estimate.residual else {
        return Err("the residuals are independent".to_owned());
    };
    let unread = || format!("`{of}` names no element of the residual covariance");
    let (rest, j) = of.rsplit_once('.').ok_or_else(unread)?;
    let (by, i) = rest.rsplit_once('.').unwrap_or(("", rest));
    let (i, j): (usize, usize) = (i.parse().map_err(|_| unread())?, j.parse().map_err(|_| unread())?);
    let group = groups.iter().find(|group| group.label == by).ok_or_else(unread)?;
    group.covariance.get(i).and_then(|row| row.get(j)).copied().ok_or_else(unread)
}

/// The one parameter `name`, or `GROUP.name` where the parameters differ by a factor.
pub(super) fn parameter(fit: &LmmFit, name: &str) -> Result<f64, Failure> {
    let parameters = fit.natural_parameters();
    let is = |known: &str, wanted: &str, group: Option<&str>| {
        let (term, own) = known.rsplit_once(": ").unwrap_or(("", known));
        own == wanted && group.is_none_or(|group| term.ends_with(&format!("[{group}]")))
    };
    let grouped =
        name.split_once('.').filter(|(group, _)| parameters.iter().any(|(p, _)| p.contains(&format!("[{group}]"))));
    let (group, wanted) = grouped.map_or((None, name), |(group, wanted)| (Some(group), wanted));
    let found: Vec<f64> =
        parameters.iter().filter(|(known, _)| is(known, wanted, group)).map(|(_, value)| *value).collect();
    match found[..] {
        [value] => Ok(value),
        _ => {
            let known: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
            Err(format!("{} parameters are called `{name}`; there are: {}", found.len(), known.join(", ")))
        }
    }
}
