//! The report: one HTML page without links to anywhere, legible on screen, on paper and in grey.

mod analyses;
mod completeness;
mod events;
mod methods;
mod placement;
mod primary;
mod sets;
mod table;
mod trial;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::results::layout::{fixed, p_value, percent};
use crate::study::events::EventFigure;
use crate::study::{Inputs, Study, leading};
use table::Table;

const TEMPLATE: &str = include_str!("report.html");
const STYLE: &str = include_str!("report.css");

/// A figure of the report and the file under which the bundle holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The file's name in the bundle.
    pub file: String,
    /// What is drawn.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

/// A part of the report under a heading.
#[derive(Debug, Default, Serialize)]
struct Section {
    id: String,
    heading: String,
    paragraphs: Vec<String>,
    figures: Vec<FigureView>,
    tables: Vec<Table>,
}

/// A figure as the template sees it.
#[derive(Debug, Serialize)]
struct FigureView {
    caption: String,
    svg: String,
}

impl From<&Figure> for FigureView {
    fn from(figure: &Figure) -> Self {
        Self { caption: figure.caption.clone(), svg: figure.svg.clone() }
    }
}

impl From<&EventFigure> for FigureView {
    fn from(figure: &EventFigure) -> Self {
        Self { caption: figure.caption.clone(), svg: figure.svg.clone() }
    }
}

/// The page about `study`.
///
/// # Errors
/// `report_template` when the template cannot be rendered.
pub fn html(inputs: &Inputs, study: &Study, figures: &[Figure]) -> Result<String> {
    let plan = &inputs.plan;
    let mut sections = vec![answer(plan, study)];
    sections.extend(sets::sets(study, plan));
    sections.push(trial::flow(study, plan));
    sections.extend(completeness::completeness(study, plan));
    sections.push(trial::baseline(study, plan));
    sections.push(trial::observed(study, plan, figures));
    sections.push(analyses::differences(study, plan, figures));
    sections.extend(study.results.placements.iter().map(|found| placement::placements(found, study, plan)));
    sections.extend(study.results.analyses.iter().map(|analysis| analyses::model(analysis, study)));
    if let Some(found) = &study.results.placements {
        let of_plan = found.analyses.iter().zip(&plan.events);
        sections.extend(
            of_plan.map(|(result, analysis)| events::analysis(result, analysis, found, plan, &study.event_figures)),
        );
    }
    sections.push(methods::methods(plan, study));
    sections.push(methods::inputs(inputs, study));
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let version = env!("CARGO_PKG_VERSION");
    let sections = Value::from(Serde(&sections));
    environment
        .render_str(TEMPLATE, context! { title => &plan.title, style => STYLE, sections, version })
        .map_err(|error| Error::usage("report_template", format!("the report cannot be rendered: {error:#}")))
}

/// The answer of the leading analysis in one sentence.
fn answer(plan: &Plan, study: &Study) -> Section {
    let leading = leading(plan);
    let mut section = Section { id: "answer".into(), heading: leading.label.clone(), ..Section::default() };
    if let Some(analysis) = study.results.analyses.iter().find(|analysis| analysis.id == leading.id) {
        let row = &analysis.contrast.row;
        let at = analyses::place(&analysis.contrast.at, study);
        let p = p_value(row.p_value);
        let p = if p.starts_with('<') { format!("p {p}") } else { format!("p = {p}") };
        section.paragraphs.push(format!(
            "{}, {}{at}: {} ({} confidence interval {} to {}; {p}).",
            study.label(&plan.design.outcome),
            analysis.contrast.levels.join(" − "),
            fixed(row.estimate, 2),
            percent(analysis.fit.level),
            fixed(row.conf_low, 2),
            fixed(row.conf_high, 2),
        ));
    }
    section.tables.extend(leading.estimand.as_ref().map(methods::estimand));
    section
}
