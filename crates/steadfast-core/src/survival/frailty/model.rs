//! The model as the likelihood wants it: rows, effects, and the penalty at given parameters.

use std::sync::Arc;

use super::{FrailtyCriterion, FrailtyDistribution};
use crate::covariance::{Shape, Side, Sites, Structure, structure};
use crate::design::RandomTerm;
use crate::error::{Error, Result};
use crate::likelihood::{EffectTerm, Effects, MOST_EFFECTS, Penalised, Penalty, Ties};
use crate::linalg::semidefinite_factor;
use crate::survival::risk_data::RiskData;

/// The rows with their effects, and how the parameters make a distribution of these.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) penalised: Penalised,
    /// The same rows without random effects.
    pub(super) fixed: Penalised,
    pub(super) ties: Ties,
    pub(super) distribution: FrailtyDistribution,
    pub(super) criterion: FrailtyCriterion,
    pub(super) terms: Vec<Term>,
}

/// A term of random effects.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) label: String,
    pub(super) group: String,
    /// The columns whose combinations are the groups.
    pub(super) columns: Vec<String>,
    /// The names of its effects.
    pub(super) effects: Vec<String>,
    /// The names of its groups.
    pub(super) labels: Arc<Vec<String>>,
    pub(super) structure: Arc<dyn Structure>,
    /// The places of its parameters in θ.
    pub(super) parameters: std::ops::Range<usize>,
}

impl Term {
    /// The covariance at θ of the whole model, by rows.
    pub(super) fn covariance(&self, theta: &[f64]) -> Vec<f64> {
        let q = self.effects.len();
        let mut matrix = vec![0.0; q * q];
        let natural = self.structure.natural(&theta[self.parameters.clone()]);
        self.structure.covariance(Sites::levels(q), &natural, &mut matrix);
        matrix
    }

    /// Whether the term is one effect a group.
    pub(super) fn is_intercept(&self) -> bool {
        self.effects.len() == 1 && self.structure.n_parameters() == 1
    }
}

impl Model {
    pub(super) fn new(
        data: &RiskData,
        ties: Ties,
        distribution: FrailtyDistribution,
        criterion: FrailtyCriterion,
    ) -> Result<Self> {
        let effects = effects(&data.design.random, data.rows.len());
        let mut terms = Vec::new();
        let mut next = 0;
        let written = data.design.recipe.formula.as_ref().map_or(&[][..], |formula| formula.random());
        for (term, spec) in data.design.random.iter().zip(written) {
            let shape = Shape { options: term.options.clone(), ..Shape::levels(Side::Random, term.columns.len()) };
            let structure = structure(&term.structure, &shape)?;
            let parameters = next..next + structure.n_parameters();
            next = parameters.end;
            terms.push(Term {
                label: term.label.clone(),
                group: term.group.name.clone(),
                columns: spec.group.clone(),
                effects: term.columns.iter().map(|column| column.name.clone()).collect(),
                labels: Arc::clone(&term.group.labels),
                structure,
                parameters,
            });
        }
        let none = Effects { terms: Vec::new() };
        let model = Self {
            penalised: Penalised::new(&data.rows, &data.x, data.p(), &effects, ties),
            fixed: Penalised::new(&data.rows, &data.x, data.p(), &none, ties),
            ties,
            distribution,
            criterion,
            terms,
        };
        model.check(&effects)?;
        Ok(model)
    }

    fn check(&self, effects: &Effects) -> Result<()> {
        let refuse = |code, message: &str| Err(Error::usage(code, message));
        let one = matches!(&self.terms[..], [term] if term.is_intercept() && effects.terms[0].z.is_empty());
        if self.terms.is_empty() {
            return refuse(
                "no_random_effects",
                "write frailty(x) for the groups that share a hazard, or fit a Cox model",
            );
        }
        if self.distribution == FrailtyDistribution::Gamma && !one {
            return refuse("gamma_groups", "a gamma frailty is of one group and has no slopes: choose log-normal");
        }
        if self.criterion == FrailtyCriterion::IntegratedDiagonal && (self.is_gamma() || self.terms.len() > 1) {
            return refuse(
                "diagonal_groups",
                "information about effects is block diagonal for one term of normal effects only",
            );
        }
        let reml = matches!(self.criterion, FrailtyCriterion::Reml | FrailtyCriterion::RemlDiagonal);
        if reml && (!one || self.is_gamma()) {
            return refuse("reml_groups", "REML is for one normal frailty without slopes");
        }
        // Several terms are not block diagonal, so that their determinant is that of a dense matrix.
        if (self.terms.len() > 1 || self.criterion == FrailtyCriterion::Reml) && effects.len() > MOST_EFFECTS {
            let message = format!("{} random effects of several terms: at most {MOST_EFFECTS}", effects.len());
            return Err(Error::usage("too_many_effects", message));
        }
        Ok(())
    }

    pub(super) fn is_gamma(&self) -> bool {
        self.distribution == FrailtyDistribution::Gamma
    }

    /// The number of parameters.
    pub(super) fn n_parameters(&self) -> usize {
        self.terms.last().map_or(0, |last| last.parameters.end)
    }

    /// The distribution at θ: for a gamma frailty its one parameter is √θ, so that zero is inside.
    pub(super) fn penalty(&self, theta: &[f64]) -> Penalty {
        if self.is_gamma() && theta[0] != 0.0 {
            return Penalty::Gamma { theta: theta[0] * theta[0] };
        }
        let factor = |term: &Term| semidefinite_factor(&term.covariance(theta), term.effects.len());
        Penalty::Normal { factors: self.terms.iter().map(factor).collect() }
    }
}

fn effects(random: &[RandomTerm], n: usize) -> Effects {
    let mut first = 0;
    let mut make = |term: &RandomTerm| {
        let (width, groups) = (term.columns.len(), term.group.labels.len());
        let is_level = width == 1 && term.columns[0].pieces.is_empty();
        let z = if is_level {
            Vec::new()
        } else {
            (0..n).flat_map(|row| term.columns.iter().map(move |column| column.value(row))).collect()
        };
        let own = EffectTerm { group: term.group.codes.to_vec(), z, width, groups, first };
        first += width * groups;
        own
    };
    Effects { terms: random.iter().map(&mut make).collect() }
}
