//! A fit, and the fixed effects as its readers know them.

use steadfast_core::findings::{Finding, Findings};
use steadfast_core::lmm::LmmFit;
use steadfast_core::mmrm::MmrmFit;
use steadfast_core::reference_grid::FixedEffects;

/// A fit of a formula, or of a model declared by its parts.
#[derive(Debug)]
pub(super) enum Source {
    /// Of a formula.
    Lmm(Box<LmmFit>),
    /// Of a declared model.
    Mmrm(Box<MmrmFit>),
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
            Self::Lmm(fit) => &**fit,
            Self::Mmrm(fit) => &**fit,
        }
    }

    /// What was noticed about the data while the model was prepared, in sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        match self {
            Self::Lmm(fit) => fit.notes().to_vec(),
            Self::Mmrm(fit) => {
                let notes = fit.notes().map(str::to_owned);
                notes.chain(summaries(fit.findings())).collect()
            }
        }
    }

    /// The same, row by row.
    pub(super) fn findings(&self) -> Findings {
        match self {
            Self::Lmm(_) => Findings::default(),
            Self::Mmrm(fit) => fit.findings().clone(),
        }
    }
}

/// One sentence for each kind of finding: the first, and how many follow.
fn summaries(findings: &Findings) -> Vec<String> {
    let mut kinds: Vec<(&Finding, usize)> = Vec::new();
    for finding in findings {
        match kinds.iter_mut().find(|(first, _)| first.code == finding.code) {
            Some((_, count)) => *count += 1,
            None => kinds.push((finding, 1)),
        }
    }
    let sentence = |(first, count): (&Finding, usize)| match count {
        1 => first.to_string(),
        _ => format!("{first} (and {} more like it)", count - 1),
    };
    kinds.into_iter().map(sentence).collect()
}
