//! Mixed models for repeated measures, declared as a protocol declares them and turned into a formula and data.
//!
//! An MMRM compares arms at planned visits with a mean for each arm and visit and a covariance between the visits of a
//! subject. [`Mmrm`] names the columns; what becomes of baseline is one word ([`Baseline`]), and whether the data hold
//! baseline as a column or as a row ([`Recorded`]) makes no difference. The fit is that of [`crate::lmm`].
//!
//! | analysis | response | mean | who enters |
//! |---|---|---|---|
//! | [`Baseline::Ancova`] | outcome | arm × visit + baseline × visit | baseline and a later outcome |
//! | [`Baseline::Change`] | outcome − baseline | arm × visit | baseline and a later outcome |
//! | [`Baseline::AdjustedChange`] | outcome − baseline | arm × visit + baseline × visit | baseline and a later outcome |
//! | [`Baseline::Constrained`] | outcome, baseline too | visit + arm × later visits | any outcome |
//! | [`Baseline::Unconstrained`] | outcome, baseline too | arm × visit | any outcome |
//!
//! # Which to use
//!
//! - `Ancova` is what regulators ask for in a randomised trial whose baselines are complete: unbiased given the
//!   baselines, and more precise than change (Senn 2006). `AdjustedChange` is the same analysis on another scale: the
//!   same effect, standard error and p-value. `Change` alone is unbiased over randomisations, and less precise.
//! - `Constrained` (cLDA) keeps subjects whose baseline is missing. Where nobody's is, it says the same: with an
//!   unstructured covariance common to the arms, and covariates by visit, the likelihood is p(baseline) × p(later |
//!   baseline), and the second factor is the ANCOVA with slopes by visit. Effects by ML are equal whatever later visits
//!   are missing; by REML they are equal when none is, and nearly so otherwise; so they are with other covariances. A
//!   subject with nothing but baseline moves means and not effects.
//! - Standard errors differ: ANCOVA takes the baselines as given and pays for the imbalance that there is, cLDA takes
//!   them as random and pays for the average imbalance, if the method is Kenward–Roger (with one later visit a factor of
//!   1 + 2/(n − 2) on the variance); without it cLDA's are too small in small samples (Liu et al 2009; see also the
//!   comment of Kenward, White and Carpenter 2010).
//! - `Ancova` and `Constrained` rest on a baseline that the arm cannot have changed. **One assessed after randomisation**
//!   may be changed already: name the dates ([`Recorded::timed`]) and each such subject becomes a finding. `Change` and
//!   `Unconstrained` do not need equal arms then, but estimate the change since that day, which is another estimand.
//! - What is estimated after treatment was stopped or changed depends on which rows are given: the estimand comes first
//!   (ICH E9(R1) 2019). An MMRM of the rows on treatment is a hypothetical strategy, under missing at random.
//!
//! # How arms are held equal at baseline
//!
//! [`Baseline::Constrained`] adds a factor `arm_post`: the arm after baseline, and the reference arm at baseline for
//! everyone. The mean `visit + visit:arm_post` has one coefficient a visit for each other arm, such as
//! `visit15:arm_postNIM`, which *is* the effect; the one at baseline has a column of zeros and is listed in
//! [`crate::lmm::LmmFit::aliased`]. The covariance by arm keeps the real arm. [`MmrmFit`] gives a reference grid the arm
//! under its own name, with the coefficient at baseline known to be zero: `means("arm | visit")` has one value for all
//! arms at baseline, means over visits are estimable, and `differences("arm | visit")` is a row of zeros there, which
//! [`MmrmFit::effects`] leaves out.
//!
//! ```
//! use steadfast_core::frame::{Column, Frame};
//! use steadfast_core::inference::KenwardRoger;
//! use steadfast_core::mmrm::{Arm, Baseline, Mmrm, Recorded, Slope};
//!
//! let frame = Frame::new(vec![
//!     Column::factor("child", ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f"]),
//!     Column::factor("arm", ["NIM", "NIM", "SAU", "SAU", "NIM", "NIM", "SAU", "SAU", "NIM", "NIM", "SAU", "SAU"]),
//!     Column::factor("visit", ["0", "15", "0", "15", "0", "15", "0", "15", "0", "15", "0", "15"]),
//!     Column::float("sdq", vec![12.0, 9.0, 14.0, 13.0, 10.0, 9.0, 17.0, 14.0, 15.0, 11.0, 11.0, 12.0]),
//! ])?;
//! let model = Mmrm::new("sdq", Arm::new("arm", "SAU"), "visit", "child")
//!     .baseline(Recorded::at_visit("0"), Baseline::Constrained);
//! assert_eq!(model.formula()?.to_string(), "sdq ~ visit + visit:arm_post + us(visit | child)");
//!
//! let fit = model.fit(&frame)?;
//! let effect = fit.effects()?[0].estimate(&fit.inference(&KenwardRoger::default())?)?;
//! assert_eq!(effect.term, "NIM - SAU");
//!
//! // Every baseline is there, so that ANCOVA says the same.
//! let ancova = model.analysis(Baseline::Ancova { slope: Slope::ByVisit }).fit(&frame)?;
//! assert!((effect.estimate - ancova.lmm().beta()[1]).abs() < 1e-9);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```
//!
//! # Source
//! Mallinckrodt, Clark and David 2001, J Biopharm Stat 11, 9 (MMRM); Senn 2006, Statistics in Medicine 25, 4334 (change
//! and ANCOVA); Liang and Zeger 2000, Sankhyā B 62, 134; Liu, Lu, Mogg, Mallick and Mehrotra 2009, Statistics in Medicine
//! 28, 2509; Kenward, White and Carpenter 2010, Statistics in Medicine 29, 1455 (comment on it); ICH E9(R1) 2019.

mod baseline;
mod clauses;
mod constrained;
mod counts;
mod factors;
mod fit;
mod formula;
mod measured;
mod prepare;
mod statement;
mod subjects;
#[cfg(test)]
mod tests;
mod timing;
mod to_column;
mod to_rows;

pub use baseline::{Baseline, Recorded};
pub use clauses::{Arm, Groups, Slope, Within};
pub use counts::Counts;
pub use fit::MmrmFit;
pub use prepare::Prepared;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::lmm::Criterion;
use crate::parallel::Threads;
use clauses::Covariate;

/// A mixed model for repeated measures: plain data that read like a methods section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mmrm {
    outcome: String,
    arm: Arm,
    visit: String,
    subject: String,
    cluster: Option<String>,
    recorded: Option<Recorded>,
    baseline: Baseline,
    strata: Vec<String>,
    covariates: Vec<Covariate>,
    within: Within,
    criterion: Criterion,
    weights: Option<String>,
    /// How a fit is computed is no part of what is fitted.
    #[serde(skip)]
    threads: Threads,
}

impl Mmrm {
    /// The model of `outcome` by arm and visit, unstructured over the visits of a subject, by REML, without baseline.
    /// Two subjects have different identifiers, also when they belong to different clusters.
    pub fn new(outcome: impl Into<String>, arm: Arm, visit: impl Into<String>, subject: impl Into<String>) -> Self {
        Self {
            outcome: outcome.into(),
            arm,
            visit: visit.into(),
            subject: subject.into(),
            cluster: None,
            recorded: None,
            baseline: Baseline::default(),
            strata: Vec::new(),
            covariates: Vec::new(),
            within: Within::default(),
            criterion: Criterion::default(),
            weights: None,
            threads: Threads::ONE,
        }
    }

    /// The same model with baseline: where the data hold it, and what the analysis makes of it.
    pub fn baseline(mut self, recorded: Recorded, analysis: Baseline) -> Self {
        self.recorded = Some(recorded);
        self.baseline = analysis;
        self
    }

    /// The same model with another analysis of the same baseline.
    pub fn analysis(mut self, analysis: Baseline) -> Self {
        self.baseline = analysis;
        self
    }

    /// The same model with a random intercept for each group of subjects, such as a family.
    pub fn cluster(mut self, column: impl Into<String>) -> Self {
        self.cluster = Some(column.into());
        self
    }

    /// The same model with a main effect of each stratification factor of the randomisation.
    pub fn strata<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.strata.extend(columns.into_iter().map(Into::into));
        self
    }

    /// The same model with another term of the mean, such as `age` or `poly(age, 2)`.
    pub fn covariate(mut self, term: impl Into<String>, slope: Slope) -> Self {
        self.covariates.push(Covariate { term: term.into(), slope });
        self
    }

    /// The same model with another covariance within subjects.
    pub fn within(mut self, within: Within) -> Self {
        self.within = within;
        self
    }

    /// The same model under another criterion.
    pub fn criterion(mut self, criterion: Criterion) -> Self {
        self.criterion = criterion;
        self
    }

    /// The same model with the observations weighted by a column: residual variances are divided by it.
    pub fn weights(mut self, column: impl Into<String>) -> Self {
        self.weights = Some(column.into());
        self
    }

    /// The same model fitted on several threads; the result has the same bits.
    pub fn threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }

    /// Where the data hold baseline.
    fn declared_baseline(&self) -> Result<&Recorded> {
        let message = "the analysis uses baseline, and it is not declared where the data hold it";
        self.recorded.as_ref().ok_or_else(|| Error::usage("no_baseline", message))
    }
}
