//! The formula that a specification stands for.

use super::clauses::{Groups, Slope};
use super::{Baseline, Mmrm};
use crate::error::{Error, Result};
use crate::formula::{Expr, ExprKind, Formula, Span};

/// A column's name as formulae write it.
pub(super) fn name(column: &str) -> String {
    Expr { kind: ExprKind::Name(column.to_owned()), span: Span::default() }.to_string()
}

impl Mmrm {
    /// The formula over the frame that [`Mmrm::prepare`] makes.
    ///
    /// # Errors
    /// `formula_syntax` when a covariate cannot be read; `not_a_covariate` when it is no term of the mean, or reads the
    /// arm where arms are constrained at baseline; `no_baseline` when baseline is used and not declared.
    pub fn formula(&self) -> Result<Formula> {
        let mut terms = vec![self.arm_and_visit()];
        terms.extend(self.baseline_term()?);
        terms.extend(self.strata.iter().map(|stratum| name(stratum)));
        for covariate in &self.covariates {
            terms.push(self.by_slope(&self.checked(&covariate.term)?, covariate.slope));
        }
        terms.extend(self.cluster.iter().map(|cluster| format!("(1 | {})", name(cluster))));
        terms.push(self.residual());
        format!("{} ~ {}", name(&self.response()), terms.join(" + ")).parse()
    }

    /// The column of the response.
    pub(super) fn response(&self) -> String {
        if self.baseline.is_change() { format!("{}_change", self.outcome) } else { self.outcome.clone() }
    }

    /// The column that is the arm after baseline and the reference arm at baseline.
    pub(super) fn arm_post(&self) -> String {
        format!("{}_post", self.arm.column)
    }

    fn arm_and_visit(&self) -> String {
        let visit = name(&self.visit);
        match self.baseline {
            Baseline::Constrained => format!("{visit} + {visit}:{}", name(&self.arm_post())),
            _ => format!("{} * {visit}", name(&self.arm.column)),
        }
    }

    fn baseline_term(&self) -> Result<Option<String>> {
        let Some(slope) = self.baseline.slope() else { return Ok(None) };
        Ok(Some(self.by_slope(&name(&self.declared_baseline()?.column), slope)))
    }

    fn by_slope(&self, term: &str, slope: Slope) -> String {
        match slope {
            Slope::ByVisit => format!("{term} * {}", name(&self.visit)),
            Slope::Common => term.to_owned(),
        }
    }

    fn residual(&self) -> String {
        let positions: Vec<String> = self.within.positions(&self.visit).iter().map(|column| name(column)).collect();
        let subject = name(&self.subject);
        let group = match self.within.groups {
            Groups::Pooled => subject,
            Groups::ByArm => format!("{} / {subject}", name(&self.arm.column)),
        };
        let options: Vec<String> =
            self.within.options.iter().map(|(option, value)| format!(", {} = {value}", name(option))).collect();
        format!("{}({} | {group}{})", self.within.structure, positions.join(", "), options.concat())
    }

    /// A covariate in parentheses, when it is nothing but a term of the mean.
    fn checked(&self, term: &str) -> Result<String> {
        let read: Formula = format!("~ {term}").parse()?;
        let more = !read.random().is_empty() || read.residual().is_some() || read.variance().is_some();
        if more || !read.offsets().is_empty() || !read.markers().is_empty() || !read.terms().intercept {
            return Err(refused(term, "is not a term of the mean"));
        }
        if self.baseline == Baseline::Constrained && read.columns().contains(&self.arm.column) {
            return Err(refused(term, "reads the arm, whose effect at baseline is constrained to zero"));
        }
        Ok(format!("({})", read.right_side()))
    }
}

fn refused(term: &str, why: &str) -> Error {
    Error::usage("not_a_covariate", format!("the covariate `{term}` {why}"))
}
