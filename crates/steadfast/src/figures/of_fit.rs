//! The figures that show whether a fit's assumptions hold, and what it says about each group.

use steadfast_core::lmm::{LmmFit, RandomEffects};
use steadfast_core::special::Normal;

use super::caterpillar::Caterpillar;
use super::normal_quantiles;
use crate::error::Result;
use crate::results::layout::percent;

/// A figure and the name of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The name, such as `caterpillar-Subject-Days.svg`.
    pub file: String,
    /// The figure.
    pub svg: String,
}

/// Variances below this share of G are the rounding of zero: the rows say nothing about the effect.
const NOTHING_KNOWN: f64 = 1e-10;

/// The figures of `fit`: normal quantiles of the residuals, and for each random effect its modes with intervals at `level`
/// (± a normal quantile of √Var(b̂ − b)) and their normal quantiles. Effects whose variance is 0 have none.
///
/// The residuals are those given the random effects, each over its own standard deviation; with correlated residuals those
/// of each row given the rows before it.
///
/// # Errors
/// When the residuals or modes cannot be computed.
pub fn of_fit(fit: &LmmFit, level: f64) -> Result<Vec<Figure>> {
    let mut figures = vec![residuals(fit)?];
    let quantile = Normal.upper_quantile(0.5 - 0.5 * level)?;
    for (term, covariance) in fit.random_effects()?.iter().zip(&fit.covariance().random) {
        for (effect, name) in term.names.iter().enumerate() {
            let groups = groups(term, effect, covariance.covariance[effect][effect]);
            if groups.is_empty() {
                continue;
            }
            let label = format!("{name} | {}", term.group);
            let stem = file_stem(&[&term.group, name], &figures);
            let intervals = groups.iter().map(|group| (group.label.clone(), group.mode, quantile * group.error));
            let caterpillar = Caterpillar {
                effect: label.clone(),
                group: term.group.clone(),
                level: percent(level),
                groups: intervals.collect(),
            };
            figures.push(Figure { file: format!("caterpillar-{stem}.svg"), svg: caterpillar.svg() });
            let standardised: Vec<f64> = groups.iter().map(|group| group.mode / group.spread).collect();
            let svg = normal_quantiles(&standardised, &format!("Standardised {label}"))?;
            figures.push(Figure { file: format!("quantiles-{stem}.svg"), svg });
        }
    }
    Ok(figures)
}

fn residuals(fit: &LmmFit) -> Result<Figure> {
    let (values, label) = if fit.has_correlated_residuals() {
        (fit.residuals()?.normalized, "Normalised residual")
    } else {
        (fit.conditional_residuals()?.studentized.into_iter().flatten().collect(), "Studentised residual")
    };
    Ok(Figure { file: "quantiles-residuals.svg".to_owned(), svg: normal_quantiles(&values, label)? })
}

/// What is known about one effect of one group.
struct Group {
    label: String,
    mode: f64,
    /// √Var(b̂ − b).
    error: f64,
    /// √Var(b̂) = √(G − Var(b̂ − b)).
    spread: f64,
}

/// The groups about which the rows say something.
fn groups(term: &RandomEffects, effect: usize, variance: f64) -> Vec<Group> {
    let errors = term.std_errors();
    let group = |(at, label): (usize, &String)| {
        let error = errors[(at, effect)];
        let known = variance - error * error;
        (known > NOTHING_KNOWN * variance).then(|| Group {
            label: label.clone(),
            mode: term.modes[(at, effect)],
            error,
            spread: known.sqrt(),
        })
    };
    term.groups.iter().enumerate().filter_map(group).collect()
}

/// A name of letters, digits and hyphens that no figure has yet.
fn file_stem(parts: &[&str], figures: &[Figure]) -> String {
    let plain = |part: &&str| -> String {
        let words = part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    };
    let stem = parts.iter().map(plain).collect::<Vec<_>>().join("-");
    let taken = |stem: &str| figures.iter().any(|figure| figure.file == format!("caterpillar-{stem}.svg"));
    if !taken(&stem) {
        return stem;
    }
    (2..).map(|n| format!("{stem}-{n}")).find(|stem| !taken(stem)).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain_and_apart() {
        let figure = |file: &str| Figure { file: file.to_owned(), svg: String::new() };
        assert_eq!(file_stem(&["cask:batch", "(Intercept)"], &[]), "cask-batch-Intercept");
        assert_eq!(file_stem(&["a", "b"], &[figure("caterpillar-a-b.svg")]), "a-b-2");
    }
}
