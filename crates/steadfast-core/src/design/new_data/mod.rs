//! New rows as a fitted design reads them: the same columns, and codes into the levels that the fit knows.

mod codes;

use nalgebra::DMatrix;

use super::arithmetic::Numeric;
use super::predictor::Pieces;
use super::source::Source;
use super::{Design, Positions, Predictor, Recipe, VarianceCovariate};
use crate::error::{Error, Result};
use crate::formula::{Expr, ExprKind, Formula};
use crate::frame::Frame;
use codes::{distinct, known, places};

/// New rows and the fit's formula.
pub(crate) struct NewData<'a> {
    design: &'a Design,
    formula: &'a Formula,
    frame: &'a Frame,
    rows: Vec<u32>,
}

/// Where the residuals of new rows stand.
pub(crate) struct NewPositions {
    /// The group of parameters of each row.
    pub(crate) by: Vec<u32>,
    /// For each row what the structure reads, in its order: the level or the point, then what the variance function
    /// reads; that is 0 where it reads the fitted mean.
    pub(crate) coordinates: Vec<Vec<f64>>,
}

impl<'a> NewData<'a> {
    /// The rows of `frame` for `design`.
    ///
    /// # Errors
    /// `no_formula` when the design remembers none.
    pub(crate) fn new(design: &'a Design, frame: &'a Frame) -> Result<Self> {
        let missing = || Error::usage("no_formula", "the design does not remember its formula");
        let formula = design.recipe.formula.as_ref().ok_or_else(missing)?;
        Ok(Self { design, formula, frame, rows: (0..frame.n_rows() as u32).collect() })
    }

    /// The rows of X, n × p.
    ///
    /// # Errors
    /// As [`Recipe::fixed_rows`]; `not_estimable` where the columns that were left out do not agree with the others.
    pub(crate) fn fixed(&self) -> Result<DMatrix<f64>> {
        let recipe = &*self.design.recipe;
        let all = recipe.all_fixed_rows(self.frame)?;
        for (row, values) in all.row_iter().enumerate() {
            if !recipe.is_estimable(&values.iter().copied().collect::<Vec<f64>>()) {
                let message = format!("the mean in row {} depends on coefficients that were left out", row + 1);
                return Err(Error::data("not_estimable", message));
            }
        }
        Ok(all.select_columns(&recipe.kept))
    }

    /// The rows of Z of each random term, n × q each.
    ///
    /// # Errors
    /// `missing_value`, `not_finite` or `unknown_level` with column and row; `unknown_column`.
    pub(crate) fn random(&self) -> Result<Vec<DMatrix<f64>>> {
        let recipe: &Recipe = &self.design.recipe;
        let source = Source::new(self.frame, &self.rows);
        let mut pieces = Pieces::new(&source, &recipe.variables);
        let mut all = Vec::with_capacity(recipe.random.len());
        for predictor in &recipe.random {
            self.require(&read_by(predictor, recipe))?;
            let columns = pieces.columns(predictor)?;
            all.push(DMatrix::from_fn(self.rows.len(), columns.len(), |row, column| columns[column].value(row)));
        }
        Ok(all)
    }

    /// The offset of each row.
    ///
    /// # Errors
    /// As [`NewData::random`].
    pub(crate) fn offset(&self) -> Result<Vec<f64>> {
        let mut sum = vec![0.0; self.rows.len()];
        for expr in self.formula.offsets() {
            sum.iter_mut().zip(self.numbers(expr)?).for_each(|(sum, value)| *sum += value);
        }
        Ok(sum)
    }

    /// The outcome of each row; none where a column that it is made of has no value.
    ///
    /// # Errors
    /// `unknown_column`; `not_finite` with the row; `learnt_outcome` where the outcome was centred or scaled by the data.
    pub(crate) fn outcomes(&self) -> Result<Vec<Option<f64>>> {
        let missing = || Error::usage("no_response", "the model has no response");
        let expr = self.formula.response().ok_or_else(missing)?;
        let columns = self.columns_of(expr)?;
        let there = |row: &u32| columns.iter().all(|column| column.is_observed(*row as usize));
        let rows: Vec<u32> = self.rows.iter().copied().filter(there).collect();
        let mut outcomes = vec![None; self.rows.len()];
        if !rows.is_empty() {
            let values = self.evaluate(expr, &rows)?;
            rows.iter().for_each(|&row| outcomes[row as usize] = Some(values[row as usize]));
        }
        Ok(outcomes)
    }

    /// The groups of each random term: equal codes for rows of one group.
    ///
    /// # Errors
    /// `missing_value` with column and row; `unknown_column`.
    pub(crate) fn groups(&self) -> Result<Vec<Vec<u32>>> {
        self.formula.random().iter().map(|spec| distinct(self.frame, &spec.group)).collect()
    }

    /// The place of each row's group among the levels of each random term; none for a group that the fit does not know.
    ///
    /// # Errors
    /// As [`NewData::groups`].
    pub(crate) fn known_groups(&self) -> Result<Vec<Vec<Option<u32>>>> {
        let terms = self.formula.random().iter().zip(&self.design.random);
        terms.map(|(spec, term)| places(self.frame, &spec.group, &term.group.labels)).collect()
    }

    /// The subjects of the residual structure; every row its own where there is none.
    ///
    /// # Errors
    /// As [`NewData::groups`].
    pub(crate) fn subjects(&self) -> Result<Vec<u32>> {
        self.formula.residual().map_or_else(|| Ok(self.rows.clone()), |spec| distinct(self.frame, &spec.subject))
    }

    /// Where the residuals stand.
    ///
    /// # Errors
    /// `unknown_level` where a row is at a visit, in a group or in a stratum that the fit does not know; else as
    /// [`NewData::random`].
    pub(crate) fn positions(&self) -> Result<NewPositions> {
        let n = self.rows.len();
        let mut by = vec![0; n];
        let mut coordinates: Vec<Vec<f64>> = vec![Vec::new(); n];
        match (&self.design.residual, self.formula.residual()) {
            (Some(term), Some(spec)) => {
                if let (Some(known_groups), Some(columns)) = (&term.by, &spec.by) {
                    by = known(self.frame, columns, &known_groups.labels)?;
                }
                match &term.positions {
                    Positions::Levels { visit, .. } => {
                        let columns: Vec<String> = spec.positions.iter().filter_map(column).collect();
                        push(&mut coordinates, known(self.frame, &columns, &visit.labels)?.into_iter().map(f64::from));
                    }
                    Positions::Coordinates(_) => {
                        for expr in &spec.positions {
                            push(&mut coordinates, self.numbers(expr)?.into_iter());
                        }
                    }
                }
            }
            _ => push(&mut coordinates, std::iter::repeat_n(0.0, n)),
        }
        if let (Some(term), Some(spec)) = (&self.design.variance, self.formula.variance()) {
            match (&term.covariate, &spec.covariate) {
                (VarianceCovariate::Strata(strata), Some(expr)) => {
                    let columns: Vec<String> = column(expr).into_iter().collect();
                    push(&mut coordinates, known(self.frame, &columns, &strata.labels)?.into_iter().map(f64::from));
                }
                (VarianceCovariate::Number(..), Some(expr)) => push(&mut coordinates, self.numbers(expr)?.into_iter()),
                (_, None) => push(&mut coordinates, std::iter::repeat_n(0.0, n)),
            }
        }
        Ok(NewPositions { by, coordinates })
    }

    /// A column of weights, each above 0.
    ///
    /// # Errors
    /// `unknown_column`, `not_numeric`, `missing_value`, `not_positive` with the row.
    pub(crate) fn weights(&self, name: &str) -> Result<Vec<f64>> {
        self.require(&[name.to_owned()])?;
        let values = Source::new(self.frame, &self.rows).numbers(name)?;
        match values.iter().position(|value| !(*value > 0.0 && value.is_finite())) {
            None => Ok(values.to_vec()),
            Some(row) => Err(Error::data("not_positive", format!("the weight in row {} is not above zero", row + 1))),
        }
    }

    fn numbers(&self, expr: &Expr) -> Result<Vec<f64>> {
        let names: Vec<String> = self.columns_of(expr)?.iter().map(|column| column.name().to_owned()).collect();
        self.require(&names)?;
        self.evaluate(expr, &self.rows)
    }

    fn evaluate(&self, expr: &Expr, rows: &[u32]) -> Result<Vec<f64>> {
        let source = Source::new(self.frame, rows);
        let numeric = Numeric::learn(expr, self.formula, &source)?;
        if numeric.learns() {
            let message =
                format!("`{expr}` was centred or scaled by the data of the fit, which new data cannot repeat");
            return Err(Error::usage("learnt_outcome", message));
        }
        let values = numeric.evaluate(&source)?;
        source.require_finite(&expr.to_string(), &values)?;
        Ok(values.to_vec())
    }

    /// The columns of the frame that `expr` reads.
    fn columns_of(&self, expr: &Expr) -> Result<Vec<&'a crate::frame::Column>> {
        let mut names = Vec::new();
        expr.collect_columns(&mut names);
        names
            .iter()
            .filter(|name| *name != "pi" || self.frame.get(name).is_some())
            .map(|name| self.frame.column(name))
            .collect()
    }

    /// Refuses rows without a value in a column.
    fn require(&self, names: &[String]) -> Result<()> {
        for name in names {
            let column = self.frame.column(name)?;
            if let Some(row) = (0..self.frame.n_rows()).find(|&row| !column.is_observed(row)) {
                return Err(Error::data("missing_value", format!("column `{name}` has no value in row {}", row + 1)));
            }
        }
        Ok(())
    }
}

/// One more coordinate for each row.
fn push(coordinates: &mut [Vec<f64>], values: impl Iterator<Item = f64>) {
    coordinates.iter_mut().zip(values).for_each(|(own, value)| own.push(value));
}

/// The columns that a predictor reads.
fn read_by(predictor: &Predictor, recipe: &Recipe) -> Vec<String> {
    let variables = predictor.terms.iter().flat_map(|term| &term.variables).map(|(at, _)| &recipe.variables[*at]);
    let names = |variable: &super::Variable| {
        let factor = variable.categorical().map(|factor| factor.column.clone());
        variable.numeric_columns().into_iter().chain(factor).collect::<Vec<String>>()
    };
    variables.flat_map(names).collect()
}

/// The column of a visit: itself, or the first argument of `factor()`.
fn column(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Call { arguments, .. } => arguments.first().and_then(|first| column(&first.value)),
        _ => None,
    }
}
