//! From a fit to what is saved of it.

use super::format::{Format, Version};
use super::small_sample::SmallSample;
use super::{Content, FixedPart, Groups, Kept, Parameter, SavedFit};
use crate::error::Error;
use crate::lmm::fit::LmmFit;
use crate::lmm::likelihood_ratio::Compared;
use crate::lmm::predict::OutcomeCovariance;
use crate::reference_grid::Combinations;

impl LmmFit {
    /// The fit without its rows, to be kept in a file. What a method could not compute is kept as the error it met.
    pub fn save(&self, groups: Groups) -> SavedFit {
        let parameter = |(name, estimate)| Parameter { name, estimate };
        SavedFit(Content {
            format: Format,
            version: Version,
            written_by: concat!("steadfast ", env!("CARGO_PKG_VERSION")).to_owned(),
            formula: self.formula().to_owned(),
            criterion: self.criterion(),
            rows: self.rows().clone(),
            n_clusters: self.n_clusters(),
            minus_two_log_likelihood: self.minus_two_log_likelihood(),
            fixed_effects: FixedPart {
                names: self.names().to_vec(),
                aliased: self.aliased().to_vec(),
                estimates: self.beta().to_vec(),
                vcov: self.vcov().clone(),
            },
            covariance: self.covariance().clone(),
            covariance_parameters: self.natural_parameters().into_iter().map(parameter).collect(),
            convergence: self.convergence().clone(),
            notes: self.notes().to_vec(),
            small_sample: SmallSample::of(self),
            recipe: self.recipe().clone(),
            combinations: Combinations::of(self).into(),
            outcome_covariance: OutcomeCovariance::of(self),
            random_effects: match groups {
                Groups::Kept => self.group_effects().into(),
                Groups::LeftOut => {
                    let message = "the groups of the random effects were left out when the fit was saved";
                    Kept::Refused(Error::usage("left_out", message).into())
                }
            },
            comparison: Compared::of(self),
        })
    }
}
