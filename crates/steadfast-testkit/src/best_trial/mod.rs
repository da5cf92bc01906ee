//! A synthetic trial of a service for children entering care, made from a truth that is written beside it.
//!
//! Its shape is that of the BeST? Services Trial (Trials 2022;23:122, Nature Medicine 2025;31:1617): 360 families with
//! 439 children, randomised 1:1 within sites of two countries, recruited in three eras, seen at baseline, 15 and 30
//! months; siblings nested in families, children under 2 without an SDQ by design, carers who change, a fifth of the
//! families lost, a third of the NIM arm without the service. No child of that trial is in it: every value comes from
//! the generator of `steadfast_core::rng`.
//!
//! ```
//! use steadfast_testkit::best_trial::{BestTrial, Truth};
//!
//! let trial = BestTrial::generate(&Truth::default(), 1)?;
//! assert_eq!((trial.families().len(), trial.children().len()), (360, 439));
//! assert_eq!(trial.frame()?.n_rows(), 3 * 439);
//! # Ok::<(), steadfast_core::error::Error>(())
//! ```

mod children;
mod families;
mod follow_up;
mod outcomes;
mod record;
mod ssda903;
mod ssda903_life;
mod table;
#[cfg(test)]
mod tests;
mod truth;

use steadfast_core::error::Result;
use steadfast_core::rng::{Purpose, Stream, Streams};

pub use children::{Child, Sex};
pub use families::{Arm, Era, Family};
pub use follow_up::Attendance;
pub use outcomes::{Carer, Observation, Score};
pub use record::{Derived, Record};
pub use ssda903::{CareTruth, FIRST_RETURN, FIRST_TRIAL_RETURN, LAST_RETURN, ReturnFile};
pub use table::NOT_APPLICABLE;
pub use truth::{EffectCarrier, Truth};

/// Families randomised and eligible.
pub const FAMILIES: usize = 360;

/// Children of those families.
pub const CHILDREN: usize = 439;

/// The seed of the trial in `data-fixtures/best-trial`.
pub const SHIPPED_SEED: u64 = 20_111_201;

/// The visits in order, as the data name them.
pub const VISITS: [&str; 3] = ["baseline", "15 months", "30 months"];

/// One generated trial.
#[derive(Debug, Clone, PartialEq)]
pub struct BestTrial {
    truth: Truth,
    seed: u64,
    families: Vec<Family>,
    children: Vec<Child>,
    attendance: Vec<Attendance>,
    observations: Vec<[Observation; 3]>,
}

impl BestTrial {
    /// The trial that `truth` and `seed` determine, on every platform to the last bit.
    ///
    /// # Errors
    /// Those of the samplers, which refuse no truth whose variances are positive numbers.
    pub fn generate(truth: &Truth, seed: u64) -> Result<Self> {
        let families = families::enrol(truth, seed);
        let children = children::of_families(&families, seed);
        let mut observations = outcomes::observe(truth, &families, &children, seed)?;
        let attendance = follow_up::lose(&families, &children, &mut observations, seed);
        Ok(Self { truth: truth.clone(), seed, families, children, attendance, observations })
    }

    /// The parameters that the data were made from.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The families in order of recruitment.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// The children, siblings together.
    pub fn children(&self) -> &[Child] {
        &self.children
    }

    /// Which visits each family attended, in the order of [`BestTrial::families`].
    pub fn attendance(&self) -> &[Attendance] {
        &self.attendance
    }

    /// What was observed of each child at the three visits, in the order of [`BestTrial::children`].
    pub fn observations(&self) -> &[[Observation; 3]] {
        &self.observations
    }

    /// The truth with what follows from it, as it is written beside the data.
    pub fn record(&self) -> Record {
        Record::new(self)
    }
}

/// The stream of family or child `subject` for `purpose`.
fn stream(seed: u64, purpose: &str, subject: usize) -> Stream {
    Streams::new(seed, Purpose::new(purpose)).stream(0, subject as u64)
}

/// A whole number from 0 to `n` − 1.
fn below(stream: &mut Stream, n: u64) -> u64 {
    stream.below(n).unwrap_or_default()
}
