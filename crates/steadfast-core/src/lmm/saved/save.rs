//! From a fit to what is saved of it.

use super::format::{Format, Version};
use super::marginal::needs_rows;
use super::small_sample::SmallSample;
use super::{Content, FixedPart, Groups, Kept, Parameter, SavedFit};
use crate::error::Error;
use crate::lmm::fit::LmmFit;
use crate::lmm::likelihood_ratio::{Compared, Digests};
use crate::lmm::predict::OutcomeCovariance;
use crate::reference_grid::Combinations;

impl LmmFit {
    /// The fit without its rows, to be kept in a file. What a method could not compute is kept as the error it met.
    pub fn save(&self, groups: Groups) -> SavedFit {
        let random_effects = match groups {
            Groups::Kept => self.group_effects().into(),
            Groups::LeftOut => {
                let message = "the groups of the random effects were left out when the fit was saved";
                Kept::Refused(Error::usage("left_out", message).into())
            }
        };
        let small_sample = SmallSample::of(self).counting(self);
        let content = self.content(small_sample, Combinations::of(self).into(), Compared::of(self));
        SavedFit(Content { random_effects, ..content })
    }

    /// The fit to rows that came in parts, whose own design has a few rows that show the levels.
    pub(in crate::lmm) fn saved_from_parts(
        &self,
        combinations: Result<Combinations, Error>,
        digests: &Digests,
    ) -> SavedFit {
        SavedFit(self.content(SmallSample::of(self), combinations.into(), Compared::of_parts(self, digests)))
    }

    /// All but the random effects of single groups.
    fn content(&self, small_sample: SmallSample, combinations: Kept<Combinations>, comparison: Compared) -> Content {
        let parameter = |(name, estimate)| Parameter { name, estimate };
        Content {
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
            small_sample,
            recipe: self.recipe().clone(),
            combinations,
            outcome_covariance: OutcomeCovariance::of(self),
            random_effects: Kept::Refused(needs_rows("the effect of a single group").into()),
            comparison,
        }
    }
}
