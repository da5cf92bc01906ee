//! The residual part of a model inside the engine: whose rows, at which positions, with which parameters.

use std::cmp::Ordering;

use super::slot::{Form, Slot};
use crate::design::{Design, Grouping, Positions, ResidualTerm, VarianceCovariate};

/// A residual structure over the rows of the frame.
#[derive(Debug, Clone)]
pub(crate) struct ResidualPart {
    /// Within whom residuals are correlated; none where every row stands alone.
    pub(crate) subject: Option<Grouping>,
    position: Option<Positions>,
    by: Option<Grouping>,
    /// What the variance function reads.
    covariate: Option<VarianceCovariate>,
}

impl ResidualPart {
    /// The residual part of `design`; none where residuals are independent with one variance.
    pub(in crate::likelihood) fn of(design: &Design) -> Option<Self> {
        let covariate = design.variance.as_ref().map(|term| term.covariate.clone());
        match &design.residual {
            Some(ResidualTerm { positions, subject, by, .. }) => Some(Self {
                subject: Some(subject.clone()),
                position: Some(positions.clone()),
                by: by.clone(),
                covariate,
            }),
            None => covariate.map(|known| Self { subject: None, position: None, by: None, covariate: Some(known) }),
        }
    }

    /// The group of parameters of a row.
    pub(super) fn group(&self, row: usize) -> u32 {
        self.by.as_ref().map_or(0, |by| by.codes[row])
    }

    /// The name of what tells rows of a subject apart.
    pub(in crate::likelihood) fn position_name(&self) -> String {
        match &self.position {
            Some(Positions::Levels { visit, .. }) => visit.name.clone(),
            Some(Positions::Coordinates(columns)) => {
                columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
            }
            None => String::new(),
        }
    }

    /// The order of two rows: by subject, then by position.
    pub(in crate::likelihood) fn compare(&self, a: usize, b: usize) -> Ordering {
        let by_subject = match &self.subject {
            Some(subject) => subject.codes[a].cmp(&subject.codes[b]),
            None => Ordering::Equal,
        };
        by_subject.then_with(|| self.compare_positions(a, b)).then_with(|| self.compare_covariates(a, b))
    }

    fn compare_positions(&self, a: usize, b: usize) -> Ordering {
        match &self.position {
            Some(Positions::Levels { visit, .. }) => visit.codes[a].cmp(&visit.codes[b]),
            Some(Positions::Coordinates(columns)) => {
                let orders = columns.iter().map(|(_, values)| values[a].total_cmp(&values[b]));
                orders.fold(Ordering::Equal, Ordering::then)
            }
            None => Ordering::Equal,
        }
    }

    fn compare_covariates(&self, a: usize, b: usize) -> Ordering {
        match &self.covariate {
            Some(VarianceCovariate::Strata(strata)) => strata.codes[a].cmp(&strata.codes[b]),
            Some(VarianceCovariate::Number(_, values)) => values[a].total_cmp(&values[b]),
            None => Ordering::Equal,
        }
    }

    /// Whether two rows are the same subject at the same position.
    pub(in crate::likelihood) fn collide(&self, a: usize, b: usize) -> bool {
        let Some(subject) = &self.subject else { return false };
        subject.codes[a] == subject.codes[b] && self.compare_positions(a, b) == Ordering::Equal
    }

    /// What V depends on in a row, beside its subject and group.
    pub(super) fn extend_key(&self, row: usize, key: &mut Vec<u64>) {
        match &self.position {
            Some(Positions::Levels { visit, .. }) => key.push(u64::from(visit.codes[row])),
            Some(Positions::Coordinates(columns)) => {
                key.extend(columns.iter().map(|(_, values)| values[row].to_bits()))
            }
            None => {}
        }
        match &self.covariate {
            Some(VarianceCovariate::Strata(strata)) => key.push(u64::from(strata.codes[row])),
            Some(VarianceCovariate::Number(_, values)) => key.push(values[row].to_bits()),
            None => {}
        }
    }

    /// The coordinates of a row as the structure reads them: of its position, then of the variance function.
    pub(crate) fn coordinates(&self, row: usize, out: &mut Vec<f64>) {
        match &self.position {
            Some(Positions::Levels { visit, .. }) => out.push(f64::from(visit.codes[row])),
            Some(Positions::Coordinates(columns)) => out.extend(columns.iter().map(|(_, values)| values[row])),
            None => out.push(0.0),
        }
        match &self.covariate {
            Some(VarianceCovariate::Strata(strata)) => out.push(f64::from(strata.codes[row])),
            Some(VarianceCovariate::Number(_, values)) => out.push(values[row]),
            None => {}
        }
    }

    /// The slots of the subject whose rows are `rows[own[0]], …`: one for each group of parameters.
    pub(super) fn slots(&self, first_block: usize, rows: &[u32], own: &[u32]) -> Vec<Slot> {
        let group = |i: &u32| self.group(rows[*i as usize] as usize);
        let mut groups: Vec<u32> = own.iter().map(group).collect();
        groups.sort_unstable();
        groups.dedup();
        let slot = |wanted: u32| {
            let rows_of: Vec<u32> = own.iter().filter(|i| group(i) == wanted).copied().collect();
            let frame_rows = rows_of.iter().map(|i| rows[*i as usize] as usize);
            let form = match (&self.position, &self.covariate) {
                (Some(Positions::Levels { visit, .. }), None) => {
                    Form::Levels(frame_rows.map(|row| visit.codes[row]).collect())
                }
                _ => {
                    let mut points = Vec::new();
                    frame_rows.for_each(|row| self.coordinates(row, &mut points));
                    Form::Points(points)
                }
            };
            Slot { block: first_block + wanted as usize, rows: rows_of, form }
        };
        groups.into_iter().map(slot).collect()
    }
}
