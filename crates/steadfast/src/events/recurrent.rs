//! Events that happen again and again to the same person, as rows of a model of hazards.

use steadfast_core::event_history::{Layout, RecurrentHistory};
use steadfast_core::formula::Formula;
use steadfast_core::frame::{Column, Factor, Frame};

use super::EventSpec;
use super::methods::{Named, unknown};
use super::response::Response;
use super::rows::{Reading, Rows, assumed, complete};
use crate::error::{Error, Result};

/// How recurrent events become rows: plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct RecurrentSpec {
    /// The layout.
    pub layout: Layout,
    /// The events that end all others.
    pub terminal: Vec<String>,
    /// Rows after so many events of a person are left out; none for no limit.
    pub most: Option<u32>,
}

/// The layouts of recurrent events.
pub const LAYOUTS: &[Named] = &[
    Named {
        name: "counting",
        about: "from one event to the next on the time since the start, one hazard: Andersen and Gill; with the robust variance that goes with it, Lin, Wei, Yang and Ying",
    },
    Named {
        name: "total-time",
        about: "the same rows, a hazard of its own for each event number: Prentice, Williams and Peterson",
    },
    Named {
        name: "gap-time",
        about: "each row starts again from 0, a hazard for each event number: Prentice, Williams and Peterson",
    },
    Named {
        name: "marginal",
        about: "everybody at risk of the first, second, … event from the start: Wei, Lin and Weissfeld",
    },
];

/// The layout that is called `name`.
///
/// # Errors
/// `unknown_layout`.
pub fn layout(name: &str) -> Result<Layout> {
    let known = [Layout::Counting, Layout::TotalTime, Layout::GapTime, Layout::Marginal];
    let found = known.into_iter().find(|layout| layout_name(*layout) == name);
    found.ok_or_else(|| unknown("unknown_layout", "layout of recurrent events", name, LAYOUTS))
}

pub(super) fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::TotalTime => "total-time",
        Layout::GapTime => "gap-time",
        Layout::Marginal => "marginal",
        _ => "counting",
    }
}

/// The rows of a model of recurrent events, its formula, and what it says about them.
pub(super) struct Recurrent {
    pub(super) formula: Formula,
    pub(super) response: Response,
    pub(super) rows: Rows,
    /// How often each event ended all others.
    pub(super) ended: Vec<(String, usize)>,
    /// How often something happened that neither was chosen nor ends anything.
    pub(super) others: Vec<(String, usize)>,
}

impl Recurrent {
    /// The rows that `spec` asks for, of `frame`.
    ///
    /// # Errors
    /// `needs_subject`; those of `RecurrentHistory`.
    pub(super) fn new(spec: &EventSpec, asked: &RecurrentSpec, frame: &Frame) -> Result<Self> {
        let formula: Formula = spec.formula.parse()?;
        let response = Response::of(&formula)?;
        let Some(subject) = spec.subject.as_deref() else {
            let message = "events that happen again need a column that says whose rows they are: --subject";
            return Err(Error::usage("needs_subject", message));
        };
        let reading = Reading { subject: Some(subject), weights: spec.weights.as_deref(), ..Reading::default() };
        let (frame, counts) = complete(&formula, reading, frame)?;
        let assumed = assumed(&frame, &response.event, spec.censored.as_deref());
        let (frame, others) = only(spec, asked, &response, frame)?;
        let columns = response.columns(Some(subject), spec.weights.as_deref(), spec.censored.as_deref());
        let terminal: Vec<&str> = asked.terminal.iter().map(String::as_str).collect();
        let history = RecurrentHistory::from_frame(&frame, &columns, &terminal)?;
        let laid = history.layout(&frame, asked.layout, asked.most)?;
        let formula: Formula = written(&formula, &response, subject, asked.layout).parse()?;
        let response = Response::of(&formula)?;
        let reading = Reading { weights: spec.weights.as_deref(), ..Reading::default() };
        let mut rows = Rows::new(&formula, &response, reading, &laid)?;
        rows.persons = rows.frame.column(subject)?.to_factor().codes().to_vec();
        (rows.counts, rows.assumed) = (counts, assumed);
        let states = history.observation();
        let ended = asked.terminal.iter().map(|name| {
            let of = |row: &usize| states.to(*row).is_some_and(|to| states.states()[to as usize] == *name);
            (name.clone(), (0..states.n_rows()).filter(of).count())
        });
        Ok(Self { formula, response, ended: ended.collect(), others, rows })
    }
}

/// The frame with other events than the one that was chosen, and than those that end all, as no events.
/// The same, and how often the others happened.
type Chosen = (Frame, Vec<(String, usize)>);

fn only(spec: &EventSpec, asked: &RecurrentSpec, response: &Response, frame: Frame) -> Result<Chosen> {
    let Some(cause) = &spec.cause else { return Ok((frame, Vec::new())) };
    let factor = frame.column(&response.event)?.to_factor();
    let place = |name: &String| factor.levels().iter().position(|level| level == name);
    if place(cause).is_none() {
        return Err(Error::usage("unknown_cause", format!("there is no event `{cause}`")));
    }
    let Some(censored) = spec.censored.as_ref().map_or(Some(0), place).map(|at| at as u32) else {
        return Err(Error::usage("unknown_level", format!("column `{}` has no level of that name", response.event)));
    };
    let kept = |code: u32| {
        let level = &factor.levels()[code as usize];
        if level == cause || asked.terminal.contains(level) { code } else { censored }
    };
    let others = factor.levels().iter().zip(0..).filter(|(_, code)| kept(*code) != *code);
    let often = |code: u32| factor.codes().iter().filter(|one| **one == code).count();
    let others = others.map(|(name, code)| (name.clone(), often(code))).filter(|(_, count)| *count > 0).collect();
    let codes = factor.codes().iter().map(|&code| Some(kept(code))).collect();
    let recoded = Factor::from_codes(factor.levels().to_vec(), codes)?;
    // Levels that no longer occur would be events that nobody has.
    let values: Vec<String> =
        (0..frame.n_rows()).map(|row| recoded.level(row).unwrap_or_default().to_owned()).collect();
    let mut levels: Vec<String> = vec![factor.levels()[censored as usize].clone()];
    levels.extend(
        factor
            .levels()
            .iter()
            .filter(|level| !levels.contains(level) && values.contains(level))
            .cloned()
            .collect::<Vec<_>>(),
    );
    let codes = values.iter().map(|value| levels.iter().position(|level| level == value).map(|at| at as u32)).collect();
    Ok((frame.with_column(Column::from_factor(&response.event, Factor::from_codes(levels, codes)?))?, others))
}

/// The formula of the layout's columns.
fn written(formula: &Formula, response: &Response, subject: &str, layout: Layout) -> String {
    let strata = if layout == Layout::Counting { "" } else { " + strata(order)" };
    let cluster = if response.cluster.is_some() { String::new() } else { format!(" + cluster(`{subject}`)") };
    format!("Surv(start, stop, event) ~ {}{strata}{cluster}", formula.right_side())
}
