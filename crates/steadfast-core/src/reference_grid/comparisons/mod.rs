//! Families of contrasts between marginal means, one a file, and the registry by which the command names them.

mod all_pairs;
mod consecutive;
mod custom;
mod versus;

pub use all_pairs::AllPairs;
pub use consecutive::Consecutive;
pub use custom::Custom;
pub use versus::Versus;

use std::fmt::Debug;

use crate::error::{Error, Result};

/// The means that are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Their labels in the order of the levels, such as `NIM`, or `NIM 30` for two factors.
    pub labels: Vec<String>,
    /// Their positions with the reference levels first: the order in which one mean counts as earlier than another.
    pub reference_first: Vec<usize>,
}

/// One contrast of means.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What it is called, such as `NIM - SAU`.
    pub term: String,
    /// The coefficient of each mean, in the order of [`Compared::labels`].
    pub coefficients: Vec<f64>,
}

/// A rule that makes contrasts of means.
pub trait Comparisons: Debug + Send + Sync {
    /// The contrasts of `means`.
    ///
    /// # Errors
    /// `unknown_level` when the rule names a mean that is not there.
    fn of(&self, means: &Compared) -> Result<Vec<Comparison>>;
}

type Maker = fn(Option<&str>) -> Box<dyn Comparisons>;

/// Every rule that a name and one level describe: a new member is one file and one line here.
const REGISTRY: &[(&str, Maker)] = &[
    ("all-pairs", |_| Box::new(AllPairs)),
    ("versus", |control| Box::new(control.map_or_else(Versus::reference, Versus::control))),
    ("consecutive", |_| Box::new(Consecutive)),
];

/// The names of the rules.
pub fn comparison_names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// The rule called `name`, with the level that it is about: `versus` with a control (without one, the reference level).
///
/// # Errors
/// `unknown_comparisons`, with the names that exist; `comparisons_level` for a level that is not read.
pub fn comparisons(name: &str, level: Option<&str>) -> Result<Box<dyn Comparisons>> {
    if let (Some(_), "all-pairs" | "consecutive") = (level, name) {
        return Err(Error::usage("comparisons_level", format!("the comparisons `{name}` take no level")));
    }
    REGISTRY.iter().find(|(known, _)| *known == name).map(|(_, make)| make(level)).ok_or_else(|| {
        let known: Vec<&str> = comparison_names().collect();
        let message = format!("there are no comparisons `{name}`; the comparisons are: {}", known.join(", "));
        Error::usage("unknown_comparisons", message)
    })
}

impl Compared {
    /// `later - earlier`.
    fn difference(&self, later: usize, earlier: usize) -> Comparison {
        let coefficient = |at: usize| f64::from(u8::from(at == later)) - f64::from(u8::from(at == earlier));
        Comparison {
            term: format!("{} - {}", self.labels[later], self.labels[earlier]),
            coefficients: (0..self.labels.len()).map(coefficient).collect(),
        }
    }

    /// The position of the mean called `label`.
    fn position(&self, label: &str) -> Result<usize> {
        self.labels.iter().position(|known| known == label).ok_or_else(|| {
            let message = format!("`{label}` is not one of the {} means compared", self.labels.len());
            Error::usage("unknown_level", message)
        })
    }
}
