//! What the parts of a data set share: the recipe, the levels, the ranges; and the design of each part by it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::design::build::{offset, read, response};
use crate::design::categorical::Categorical;
use crate::design::centred::{PieceRanges, range};
use crate::design::grouping::{grouping, levels, product};
use crate::design::predictor::Pieces;
use crate::design::rank::Rank;
use crate::design::residual::{as_factor, longest, numbers, varies_within};
use crate::design::rows::complete;
use crate::design::source::Source;
use crate::design::summary::Summary;
use crate::design::{
    Design, DesignOptions, Excluded, Grouping, Positions, RandomTerm, ResidualTerm, VarianceCovariate, VarianceTerm,
};
use crate::error::{Error, Result};
use crate::formula::{Formula, ResidualSpec};
use crate::frame::Frame;

/// What every part shares.
pub(crate) struct Whole {
    formula: Formula,
    options: DesignOptions,
    /// The design of rows that show every level: all but its rows, and what is counted or measured in them, is that of all.
    pub(crate) pilot: Design,
    /// Each position of the residual structure as a factor.
    positions: Vec<Categorical>,
    strata: Option<Categorical>,
    /// The rows that enter the model.
    pub(crate) n_used: usize,
    /// The rows that do not.
    pub(crate) excluded: Excluded,
    /// What the pass over all rows saw.
    pub(crate) seen: Seen,
}

/// What a pass over the rows that enter a model sees of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    n: usize,
    /// Of all columns of the fixed effects.
    pub(crate) fixed: PieceRanges,
    /// Of the columns of each random term.
    pub(crate) random: Vec<PieceRanges>,
    /// The smallest and the largest outcome less its offset.
    pub(crate) outcome: (f64, f64),
    /// The number of groups of each random term.
    pub(crate) groups: Vec<usize>,
    /// The number of subjects of the residual structure.
    pub(crate) subjects: usize,
    longest: f64,
    by_varies: bool,
    /// Numbers of rows by level, and sums of covariates.
    counts: Vec<Vec<f64>>,
    sums: Vec<f64>,
}

impl Whole {
    /// What is known from the rows of `pilot`.
    pub(super) fn of_pilot(
        formula: &Formula,
        pilot: &Frame,
        options: &DesignOptions,
        (n_used, excluded): (usize, Excluded),
    ) -> Result<Self> {
        let mut design = Design::all_columns(formula, pilot, options)?;
        forget_groups(&mut design);
        let source = Source::new(pilot, &design.rows);
        let mut whole = Self {
            formula: formula.clone(),
            options: options.clone(),
            positions: Vec::new(),
            strata: None,
            pilot: design.clone(),
            n_used,
            excluded,
            seen: Seen::default(),
        };
        let factor = |expr| as_factor(expr, formula, &source, &mut Vec::new());
        if let (Some(spec), Some(ResidualTerm { positions: Positions::Levels { .. }, .. })) =
            (formula.residual(), &design.residual)
        {
            whole.positions = spec.positions.iter().map(factor).collect::<Result<_>>()?;
        }
        if let Some(expr) = formula.variance().and_then(|spec| spec.covariate.as_ref()) {
            whole.strata = Some(factor(expr)?);
        }
        Ok(whole)
    }

    /// The design of the rows of `frame` that enter the model; none where there is none.
    ///
    /// # Errors
    /// Those of [`Design::build`].
    pub(crate) fn part(&self, frame: &Frame) -> Result<Option<Design>> {
        self.with_part(frame, |design, _| Ok(design))
    }

    /// What there is to see in the rows of a part.
    pub(super) fn look(&self, frame: &Frame) -> Result<Option<Seen>> {
        self.with_part(frame, |design, source| Seen::of(&design, source))
    }

    fn with_part<T>(&self, frame: &Frame, f: impl FnOnce(Design, &Source<'_>) -> Result<T>) -> Result<Option<T>> {
        let (columns, weights) = read(&self.formula, frame, &self.options)?;
        let (rows, excluded) = complete(frame, &columns, weights.as_deref().map(Vec::as_slice))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let source = Source::new(frame, &rows);
        let design = Design { weights, excluded, rows: Arc::new(rows.clone()), ..self.design(&source)? };
        f(design, &source).map(Some)
    }

    /// The design over the rows of `source`, but for what is known before: rows and weights.
    fn design(&self, source: &Source<'_>) -> Result<Design> {
        let (formula, recipe) = (&self.formula, &self.pilot.recipe);
        let mut pieces = Pieces::new(source, &recipe.variables);
        let all = pieces.columns(&recipe.fixed)?;
        let mut random = Vec::with_capacity(self.pilot.random.len());
        for ((term, spec), predictor) in self.pilot.random.iter().zip(formula.random()).zip(&recipe.random) {
            let group = grouping(&spec.group, source, &mut Vec::new())?;
            random.push(RandomTerm { columns: pieces.columns(predictor)?, group, ..term.clone() });
        }
        let residual = match (&self.pilot.residual, formula.residual()) {
            (Some(term), Some(spec)) => Some(self.residual(term, spec, source)?),
            _ => None,
        };
        let (response_name, response) = response(formula, source)?;
        Ok(Design {
            response_name,
            response,
            fixed: recipe.kept.iter().map(|&column| all[column].clone()).collect(),
            aliased: self.pilot.aliased.clone(),
            random,
            residual,
            variance: self.pilot.variance.as_ref().map(|term| self.variance(term, source)).transpose()?,
            offset: offset(formula, source)?,
            recipe: Arc::clone(recipe),
            row_numbers: source.frame.row_numbers(),
            ..Design::default()
        })
    }

    fn residual(&self, term: &ResidualTerm, spec: &ResidualSpec, source: &Source<'_>) -> Result<ResidualTerm> {
        let positions = match &term.positions {
            Positions::Coordinates(_) => {
                let coordinate = |expr| Ok((format!("{expr}"), numbers(expr, &self.formula, source)?));
                Positions::Coordinates(spec.positions.iter().map(coordinate).collect::<Result<_>>()?)
            }
            Positions::Levels { sizes, .. } => {
                let each: Vec<Grouping> =
                    self.positions.iter().map(|factor| levels(factor, source)).collect::<Result<_>>()?;
                let joined = each.into_iter().reduce(|all, part| product(&all, &part, source));
                let missing = || Error::usage("formula_syntax", "a residual structure needs a position");
                Positions::Levels { visit: joined.ok_or_else(missing)?, sizes: sizes.clone() }
            }
        };
        let subject = grouping(&spec.subject, source, &mut Vec::new())?;
        let by = match (&term.by, &spec.by) {
            (Some(known), Some(columns)) => Some(placed(&grouping(columns, source, &mut Vec::new())?, known)),
            _ => None,
        };
        Ok(ResidualTerm { positions, subject, by, ..term.clone() })
    }

    fn variance(&self, term: &VarianceTerm, source: &Source<'_>) -> Result<VarianceTerm> {
        let covariate = match &self.strata {
            Some(factor) => VarianceCovariate::Strata(levels(factor, source)?),
            None => term.covariate.clone(),
        };
        Ok(VarianceTerm { covariate, ..term.clone() })
    }

    /// Takes in what the pass over all rows saw.
    pub(super) fn learn(&mut self, seen: Seen) {
        let n = seen.n as f64;
        let recipe = Arc::make_mut(&mut self.pilot.recipe);
        for (factor, counts) in recipe.summary.factors.iter_mut().zip(&seen.counts) {
            factor.proportions = counts.iter().map(|count| count / n).collect();
        }
        for (covariate, sum) in recipe.summary.covariates.iter_mut().zip(&seen.sums) {
            covariate.mean = sum / n;
        }
        if let Some(term) = &mut self.pilot.residual {
            if seen.longest > 0.0 {
                term.extent = seen.longest;
            }
            if let Some(by) = term.by.as_ref().filter(|_| seen.by_varies) {
                let note = format!(
                    "`{}` varies within `{}`: `{}` has no correlation between its levels",
                    by.name, term.subject.name, term.label
                );
                self.pilot.notes.push(note);
                self.pilot.notes.sort();
                self.pilot.notes.dedup();
            }
        }
        self.seen = seen;
    }

    /// Leaves out the columns that others determine.
    pub(super) fn keep(&mut self, rank: Rank) {
        self.seen.fixed = self.seen.fixed.of_columns(&rank.kept);
        self.pilot = self.pilot.clone().keeping(rank);
    }
}

/// Takes out the remarks on groups that do not occur: the rows that show the levels say nothing about those.
fn forget_groups(design: &mut Design) {
    let subject = design.residual.as_ref().map(|term| &term.subject);
    let groups = design.random.iter().map(|term| &term.group).chain(subject);
    let columns: Vec<String> = groups.flat_map(|group| group.name.split(':').map(str::to_owned)).collect();
    let about = |note: &String| {
        columns.iter().any(|column| note.ends_with(&format!(" levels of `{column}` do not occur in the rows used")))
    };
    design.notes.retain(|note| !about(note));
}

/// `own` with the codes that its labels have among those of `known`.
fn placed(own: &Grouping, known: &Grouping) -> Grouping {
    let places: HashMap<&str, u32> =
        known.labels.iter().zip(0..).map(|(label, place)| (label.as_str(), place)).collect();
    let place: Vec<u32> =
        own.labels.iter().map(|label| places.get(label.as_str()).copied().unwrap_or(u32::MAX)).collect();
    let codes = own.codes.iter().map(|&code| place.get(code as usize).copied().unwrap_or(u32::MAX)).collect();
    Grouping { name: known.name.clone(), codes: Arc::new(codes), labels: Arc::clone(&known.labels) }
}

impl Seen {
    /// What there is to see in the rows of a part.
    fn of(design: &Design, source: &Source<'_>) -> Result<Self> {
        let rows = &design.rows[..];
        let n = rows.len() as f64;
        let summary = Summary::of(&design.recipe.variables, source)?;
        let count = |p: &f64| (p * n).round();
        let offset = |row: usize| design.offset.as_ref().map_or(0.0, |offset| offset[row]);
        let residual = design.residual.as_ref();
        let by = residual.and_then(|term| Some((term.by.as_ref()?, &term.subject)));
        Ok(Self {
            n: rows.len(),
            fixed: PieceRanges::of(&design.fixed, rows),
            random: design.random.iter().map(|term| PieceRanges::of(&term.columns, rows)).collect(),
            outcome: range(rows, |row| design.response[row] - offset(row)),
            groups: design.random.iter().map(|term| term.group.labels.len()).collect(),
            subjects: residual.map_or(0, |term| term.subject.labels.len()),
            longest: residual.map_or(0.0, |term| longest(&term.positions, &term.subject, source)),
            by_varies: by.is_some_and(|(by, subject)| varies_within(by, subject, source)),
            counts: summary.factors.iter().map(|factor| factor.proportions.iter().map(count).collect()).collect(),
            sums: summary.covariates.iter().map(|covariate| covariate.mean * n).collect(),
        })
    }

    /// Takes in what was seen in another part.
    pub(super) fn merge(&mut self, other: Seen) {
        if self.n == 0 {
            *self = other;
            return;
        }
        self.n += other.n;
        self.fixed.merge(&other.fixed);
        self.random.iter_mut().zip(&other.random).for_each(|(own, others)| own.merge(others));
        self.outcome = (self.outcome.0.min(other.outcome.0), self.outcome.1.max(other.outcome.1));
        self.groups.iter_mut().zip(&other.groups).for_each(|(own, others)| *own += others);
        self.subjects += other.subjects;
        self.longest = self.longest.max(other.longest);
        self.by_varies |= other.by_varies;
        self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()).for_each(|(own, others)| *own += others);
        self.sums.iter_mut().zip(&other.sums).for_each(|(own, others)| *own += others);
    }
}
