//! A fit, and the fixed effects as its readers know them.

use steadfast_core::findings::Findings;
use steadfast_core::lmm::LmmFit;
use steadfast_core::mmrm::MmrmFit;
use steadfast_core::reference_grid::FixedEffects;

/// A fit of a formula, or of a model declared by its parts.
#[derive(Debug)]
pub(super) enum Source {
    /// Of a formula.
    Lmm(LmmFit),
    /// Of a declared model.
    Mmrm(MmrmFit),
}

impl Source {
    /// The fit of the linear mixed model.
    pub(super) fn lmm(&self) -> &LmmFit {
        match self {
            Self::Lmm(fit) => fit,
            Self::Mmrm(fit) => fit.lmm(),
        }
    }

    /// The fixed effects under the names of the data.
    pub(super) fn effects(&self) -> &dyn FixedEffects {
        match self {
            Self::Lmm(fit) => fit,
            Self::Mmrm(fit) => fit,
        }
    }

    /// What was noticed about the data while the model was prepared.
    pub(super) fn remarks(&self) -> Vec<String> {
        let findings = |found: &Findings| found.into_iter().map(ToString::to_string).collect::<Vec<_>>();
        match self {
            Self::Lmm(_) => Vec::new(),
            Self::Mmrm(fit) => {
                let notes = fit.prepared().notes.iter().cloned();
                notes.chain(findings(fit.findings())).collect()
            }
        }
    }
}
