//! The figures of analyses of events: curves by arm, where children are, effects in subgroups.

use steadfast_core::frame::{Column, Frame};

use super::asked::Asked;
use super::results::{EventResult, Measure, Subgroup};
use crate::error::Result;
use crate::events::curves::{CurveSpec, Curves, Kind};
use crate::figures::events::{EffectScale, ForestFigure, ForestRow};
use crate::plan::{Clock, EventKind, quoted};
use crate::results::layout::percent;
use crate::trial::placement::{CENSORED, EVENT, FROM, START, STOP};

/// A figure of an analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFigure {
    /// The short name of the analysis.
    pub analysis: String,
    /// The file's name in the bundle.
    pub file: String,
    /// What is drawn.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

/// The curves of the arms in `frame`: of the events that happened, or of all states.
///
/// # Errors
/// Those of the curves.
pub(super) fn curves(asked: &Asked<'_>, frame: &Frame, kind: Kind, cause: Option<&str>) -> Result<Curves> {
    let since = match asked.analysis.clock.unwrap_or_default() {
        Clock::SinceExit if asked.analysis.kind == EventKind::ReEntry => "since leaving care",
        _ => asked.since.as_str(),
    };
    let times = frame.column(STOP)?.clone().with_label(format!("Time {since}")).with_unit(asked.unit.name());
    let frame: Frame = frame.clone().with_column(Column::clone(&times))?;
    let (arm, cluster) = (quoted(&asked.design.arm), quoted(asked.design.unit()));
    let of_states = kind == Kind::Occupation;
    let spec = CurveSpec {
        kind,
        cause: cause.map(str::to_owned),
        censored: Some(CENSORED.to_owned()),
        from: of_states.then(|| FROM.to_owned()),
        subject: of_states.then(|| asked.design.subject.clone()),
        level: asked.analysis.level,
        at: asked.analysis.times(),
        ..CurveSpec::new(format!("Surv({START}, {STOP}, {EVENT}) ~ {arm} + cluster({cluster})"))
    };
    spec.estimate(&frame)
}

/// Adds the figures of `curves`.
///
/// # Errors
/// Those of the curves.
pub(super) fn add(
    figures: &mut Vec<EventFigure>,
    asked: &Asked<'_>,
    curves: &Curves,
    (name, caption): (&str, String),
) -> Result<()> {
    for figure in curves.figures_until("Children", asked.analysis.horizon.unwrap_or(f64::INFINITY))? {
        let (analysis, caption) = (asked.analysis.id.clone(), caption.clone());
        figures.push(EventFigure { file: file(&analysis, name), analysis, caption, svg: figure.svg });
    }
    Ok(())
}

/// Adds the effects in subgroups as a forest, one for each measure.
pub(super) fn add_forest(figures: &mut Vec<EventFigure>, asked: &Asked<'_>, result: &EventResult) {
    let measure = |subgroup: &Subgroup| subgroup.levels.first().map(|level| level.effect.measure);
    let mut measures: Vec<Measure> = Vec::new();
    for found in result.subgroups.iter().filter_map(measure) {
        if !measures.contains(&found) {
            measures.push(found);
        }
    }
    for which in measures {
        let mut rows = Vec::new();
        for subgroup in result.subgroups.iter().filter(|subgroup| measure(subgroup) == Some(which)) {
            rows.push(ForestRow::Heading(format!("{}, by {}", subgroup.event, subgroup.name)));
            for level in &subgroup.levels {
                rows.push(ForestRow::Effect {
                    label: level.level.clone(),
                    numbers: format!("{}/{}", level.events, level.subjects),
                    estimate: level.effect.estimate,
                    low: level.effect.conf_low,
                    high: level.effect.conf_high,
                });
            }
        }
        let effect = format!("{} ({} interval)", which.label(), percent(result.level));
        let figure = ForestFigure { effect, scale: EffectScale::Ratio, favours: None, rows };
        figures.push(EventFigure {
            analysis: asked.analysis.id.clone(),
            file: file(&asked.analysis.id, &format!("subgroups {}", which.label())),
            caption: format!(
                "{}: {} in subgroups, events over children beside them.",
                result.label,
                which.label().to_lowercase()
            ),
            svg: figure.svg(),
        });
    }
}

/// Gives figures whose names come to the same letters names of their own.
pub(super) fn name_apart(figures: &mut [EventFigure]) {
    let mut taken = std::collections::BTreeSet::new();
    for figure in figures {
        let (stem, mut number) = (figure.file.trim_end_matches(".svg").to_owned(), 1);
        while !taken.insert(figure.file.clone()) {
            number += 1;
            figure.file = format!("{stem}-{number}.svg");
        }
    }
}

/// The name of the figure called `name` of the analysis `id`.
pub(super) fn file(id: &str, name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    format!("figures/{id}-{name}.svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_the_same_name_keep_files_of_their_own() {
        let figure = |name: &str| EventFigure {
            analysis: "routes".to_owned(),
            file: file("routes", name),
            caption: String::new(),
            svg: String::new(),
        };
        let mut figures = [figure("Zu Hause"), figure("zu-hause"), figure("zu hause")];
        name_apart(&mut figures);
        let files = figures.map(|figure| figure.file);
        assert_eq!(files, ["", "-2", "-3"].map(|end| format!("figures/routes-zu-hause{end}.svg")));
    }
}
