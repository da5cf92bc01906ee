//! Variance functions: `var_ident(site)`, `var_power(age)`, `var_power()`.

use super::ast::{Expr, ExprKind};
use super::terms::Misread;
use crate::covariance::{Reads, variance_entry};

/// How the residual variance differs between rows.
#[derive(Debug, Clone, PartialEq)]
pub struct VarianceSpec {
    /// The variance function's name.
    pub function: String,
    /// What it reads; none for the fitted mean.
    pub covariate: Option<Expr>,
    /// The term as written.
    pub label: String,
}

/// Whether `expr` calls a variance function.
pub(super) fn is_one(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, .. } if variance_entry(function).is_some())
}

impl VarianceSpec {
    pub(super) fn read(expr: &Expr) -> Result<Self, Misread> {
        let refuse = |message: &str| Err(Misread::new(message, expr.span));
        let ExprKind::Call { function, arguments } = &expr.kind else { return refuse("expected a variance function") };
        let reads_strata = variance_entry(function).is_some_and(|entry| entry.reads == Reads::Strata);
        let covariate = match &arguments[..] {
            [] if reads_strata => return refuse("a variance function by stratum needs a factor"),
            [] => None,
            [one] if one.name.is_none() => Some(one.value.clone()),
            _ => return refuse("a variance function takes one argument"),
        };
        Ok(Self { function: function.clone(), covariate, label: expr.to_string() })
    }
}
