//! One analysis of events held against the data: its children, its arms, the terms of its models.

use std::collections::BTreeMap;

use steadfast_core::error::Error as CoreError;
use steadfast_core::event_history::{Columns, EventHistory};
use steadfast_core::findings::{Finding, Findings, Severity};
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Column, Factor, Frame};

use super::results::{EventArm, EventCount};
use crate::analysis_sets::Applied;
use crate::error::Result;
use crate::filter::Filter;
use crate::plan::{DesignColumns, EventAnalysis, TimeUnit, quoted};
use crate::trial::placement::{CENSORED, EVENT, Excluded, Layout, PlacementTrial, START, STOP};

/// An analysis with what it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) analysis: &'a EventAnalysis,
    pub(super) design: &'a DesignColumns,
    pub(super) trial: &'a PlacementTrial,
    /// The children of the analysis set that fulfil the condition.
    pub(super) children: &'a [u32],
    /// The arms, the reference first.
    pub(super) arms: &'a [String],
    pub(super) unit: TimeUnit,
    /// Whether time counts from a day that the trial knows, so that care that began before the data does no harm.
    pub(super) origin_known: bool,
    /// From when time counts, in words.
    pub(super) since: &'a String,
}

/// The children of `applied` that fulfil the analysis's condition.
///
/// # Errors
/// Those of a filter.
pub(super) fn children(trial: &PlacementTrial, applied: &Applied, analysis: &EventAnalysis) -> Result<Vec<u32>> {
    let truths = match &analysis.condition {
        None => vec![Some(true); trial.children.len()],
        Some(condition) => {
            let truths = || condition.parse::<Filter>()?.truths(&trial.frame);
            truths().map_err(|error| error.within("where"))?
        }
    };
    let in_set = |child: &u32| {
        let life = &trial.children[*child as usize];
        truths[*child as usize] == Some(true) && life.rows.iter().any(|row| applied.rows.binary_search(row).is_ok())
    };
    Ok((0..trial.children.len() as u32).filter(in_set).collect())
}

impl Asked<'_> {
    /// The day after which nothing counts.
    pub(super) fn end(&self) -> Option<f64> {
        self.analysis.follow_up.map(|end| end * self.unit.days())
    }

    /// The pairs of arms that are compared: each other arm with the reference, by their places.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<'_> {
        (1..self.arms.len()).map(|other| (other, 0))
    }

    /// The rows of `layout`.
    ///
    /// # Errors
    /// None that a layout can cause.
    pub(super) fn frame(&self, layout: &Layout) -> Result<Frame> {
        layout.frame(self.trial, self.unit)
    }

    /// The history that the rows of a layout tell, clustered by the unit randomised.
    ///
    /// # Errors
    /// As [`EventHistory::from_frame`].
    pub(super) fn history(&self, frame: &Frame) -> Result<EventHistory> {
        let columns = Columns::new(STOP, EVENT).start(START).censored(CENSORED).cluster(self.design.unit());
        Ok(EventHistory::from_frame(frame, &columns)?)
    }

    /// The arm of each row of `history`, which was made from `frame`.
    ///
    /// # Errors
    /// `unknown_column`.
    pub(super) fn groups(&self, frame: &Frame, history: &EventHistory) -> Result<Factor> {
        Ok(frame.select(history.source()).column(&self.design.arm)?.to_factor())
    }

    /// Whether a model adjusts for anything.
    pub(super) fn adjusts(&self) -> bool {
        !self.analysis.covariates.is_empty() || !self.strata().is_empty()
    }

    /// The strata of the adjusted models.
    pub(super) fn strata(&self) -> &[String] {
        if self.analysis.strata { &self.design.strata } else { &[] }
    }

    /// The covariates of the adjusted models that say something beside the strata, and those that the strata determine.
    pub(super) fn covariates(&self) -> (Vec<String>, Vec<String>) {
        let determined = |term: &String| self.trial.frame.get(term).is_some_and(|column| self.within_strata(column));
        let (left_out, kept) = self.analysis.covariates.iter().cloned().partition(determined);
        (kept, left_out)
    }

    /// Whether the strata determine `column`.
    pub(super) fn within_strata(&self, column: &Column) -> bool {
        if self.strata().is_empty() {
            return false;
        }
        let strata = self.strata().iter().filter_map(|name| self.trial.frame.get(name)).map(Column::to_factor);
        let (strata, values) = (strata.collect::<Vec<_>>(), column.to_factor());
        let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        self.children.iter().all(|&child| {
            let child = child as usize;
            let key = strata.iter().map(|factor| factor.codes()[child]).collect();
            *known.entry(key).or_insert(values.codes()[child]) == values.codes()[child]
        })
    }

    /// What the children of a layout are to the analysis, by arm.
    ///
    /// # Errors
    /// `unknown_column`.
    pub(super) fn count(&self, layout: &Layout, frame: &Frame) -> Result<Vec<EventArm>> {
        let arm_of = self.trial.frame.column(&self.design.arm)?.to_factor();
        let unit_of = self.trial.frame.column(self.design.unit())?.to_factor();
        let (start, stop) = (numbers(frame, START)?, numbers(frame, STOP)?);
        let happened = frame.column(EVENT)?.to_factor();
        let (children, Excluded { not_at_risk, truncated }) = (layout.children(), &layout.excluded);
        let in_arm = |child: u32, arm: &str| arm_of.level(child as usize) == Some(arm);
        let of_arm = |arm: &String| {
            let rows: Vec<usize> = (0..children.len()).filter(|&row| in_arm(children[row], arm)).collect();
            let excluded = |of: &[u32]| of.iter().filter(|&&child| in_arm(child, arm)).count();
            let events = layout.events().iter().enumerate().skip(1).map(|(code, name)| {
                let of_event = rows.iter().filter(|&&row| happened.codes()[row] as usize == code);
                let whose: Vec<u32> = of_event.map(|&row| children[row]).collect();
                EventCount { name: name.clone(), events: whose.len(), subjects: distinct(whose.iter().copied()) }
            });
            EventArm {
                arm: arm.clone(),
                subjects: distinct(rows.iter().map(|&row| children[row])),
                clusters: distinct(rows.iter().map(|&row| unit_of.codes()[children[row] as usize])),
                not_at_risk: excluded(not_at_risk),
                truncated: excluded(truncated),
                years: rows.iter().map(|&row| stop[row] - start[row]).sum::<f64>() / self.unit.per_year(),
                events: events.filter(|count| count.events > 0).collect(),
            }
        };
        Ok(self.arms.iter().map(of_arm).collect())
    }

    /// What strata are to a model of the effects in the levels of `column`: where they determine it, its own coefficient needs theirs.
    pub(super) fn strata_beside(&self, column: &str) -> Strata {
        let nested = self.trial.frame.get(column).is_some_and(|column| self.within_strata(column));
        if nested { Strata::Covariates } else { Strata::Hazards }
    }

    /// `arm + covariates + strata(…) + cluster(…)`, with the strata as covariates where hazards take none.
    pub(super) fn right_side(&self, adjusted: bool, strata: Strata, subgroup: Option<&str>) -> String {
        let arm = quoted(&self.design.arm);
        let mut terms = vec![subgroup.map_or_else(|| arm.clone(), |column| format!("{arm} * {}", quoted(column)))];
        if adjusted {
            terms.extend(self.covariates().0.into_iter().filter(|term| Some(term.as_str()) != subgroup));
            let names: Vec<String> = self.strata().iter().map(|name| quoted(name)).collect();
            match strata {
                Strata::Hazards if !names.is_empty() => terms.push(format!("strata({})", names.join(", "))),
                Strata::Hazards => {}
                Strata::Covariates => {
                    terms.extend(names.into_iter().filter(|name| subgroup.map(quoted).as_ref() != Some(name)));
                }
            }
        }
        terms.push(format!("cluster({})", quoted(self.design.unit())));
        terms.join(" + ")
    }
}

/// What the strata of the design are to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strata {
    /// Each has a baseline hazard of its own.
    Hazards,
    /// Each has a coefficient.
    Covariates,
}

/// The values of a numeric column.
///
/// # Errors
/// `unknown_column`.
pub(super) fn numbers(frame: &Frame, name: &str) -> Result<Vec<f64>> {
    Ok(frame.column(name)?.to_numeric().map(|values| values.to_vec()).unwrap_or_default())
}

/// How many different values there are.
pub(super) fn distinct(values: impl Iterator<Item = u32>) -> usize {
    values.collect::<std::collections::BTreeSet<u32>>().len()
}

/// Every column that the analyses read changes within no child, unless a visit is named as baseline, whose row is then read.
///
/// # Errors
/// `unknown_column`; `covariate_changes` with every row that differs from an earlier one of the same child.
pub(super) fn constant_columns(
    frame: &Frame,
    trial: &PlacementTrial,
    design: &DesignColumns,
    analyses: &[EventAnalysis],
    file: &str,
) -> Result<()> {
    let mut names: Vec<String> = design.strata.clone();
    for analysis in analyses {
        for term in &analysis.covariates {
            names.extend(format!("y ~ {term}").parse::<Formula>()?.columns().into_iter().filter(|name| name != "y"));
        }
        names.extend(analysis.subgroups.iter().cloned());
    }
    names.sort();
    names.dedup();
    let mut findings = Findings::new();
    for name in &names {
        let column = frame.column(name)?;
        if design.baseline_visit.is_some() {
            continue;
        }
        let values = column.to_factor();
        for rows in trial.children.iter().map(|life| &life.rows) {
            let first = values.codes()[rows[0] as usize];
            if let Some(&row) = rows.iter().find(|&&row| values.codes()[row as usize] != first) {
                findings.push(Finding {
                    severity: Severity::Error,
                    file: Some(file.to_owned()),
                    row: Some(frame.row_number(row as usize)),
                    column: Some(name.clone()),
                    code: "covariate_changes".to_owned(),
                    message:
                        "the value is another than in an earlier row of the same child; name `design.baseline_visit`, \
                              and its row is read"
                            .to_owned(),
                });
            }
        }
    }
    if findings.has_errors() {
        let message = "covariates of analyses of events are those of baseline";
        return Err(CoreError::findings("invalid_placements", message, findings).into());
    }
    Ok(())
}
