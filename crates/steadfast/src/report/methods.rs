//! How the numbers were made: every setting, stated or by default, and the files behind them.

use steadfast_core::lmm::Criterion;

use super::Section;
use super::table::{Kind, Table};
use crate::plan::{Analysis, Estimand, Plan};
use crate::results::layout::percent;
use crate::study::{AnalysisResult, Inputs, Study};

/// The five attributes of an estimand.
pub(super) fn estimand(estimand: &Estimand) -> Table {
    let mut table = Table::new("Estimand", ["Attribute", ""], 2);
    table.row(Kind::Plain, ["Population", estimand.population.as_str()]);
    table.row(Kind::Plain, ["Variable", estimand.variable.as_str()]);
    for event in &estimand.intercurrent_events {
        table.row(Kind::Plain, ["Intercurrent event", &format!("{}: {}", event.event, event.strategy.name())]);
    }
    table.row(Kind::Plain, ["Summary", estimand.summary.as_str()]);
    table
}

/// Every setting of every analysis.
pub(super) fn methods(plan: &Plan, study: &Study) -> Section {
    let mut table = Table::new("Settings", ["Setting", "Value", "From"], 3);
    table.row(Kind::Group, ["All analyses"]);
    for set in &plan.analysis_sets {
        let condition = set.condition();
        table.row(Kind::Plain, [format!("Analysis set `{}`", set.name), set.label.clone(), "plan".to_owned()]);
        let rows = condition.as_deref().unwrap_or("all");
        table.row(Kind::Inner, ["Rows", rows, from(condition.is_some())]);
        if let Some(arm) = &set.arm {
            table.row(Kind::Inner, ["Arm", arm.as_str(), "plan"]);
        }
    }
    table.row(Kind::Plain, ["Seed", &plan.seed.to_string(), "recorded; nothing here is random"]);
    for (setting, value) in CONVENTIONS {
        table.row(Kind::Plain, [*setting, *value, "always"]);
    }
    for (analysis, result) in plan.analyses.iter().zip(&study.results.analyses) {
        table.row(Kind::Group, [analysis.label.as_str()]);
        for [setting, value, from] in settings(analysis, result) {
            table.row(Kind::Plain, [setting, value, from]);
        }
    }
    Section {
        id: "methods".into(),
        heading: "Methods, with every default".into(),
        tables: vec![table],
        ..Section::default()
    }
}

/// What no plan can change.
const CONVENTIONS: &[(&str, &str)] = &[
    (
        "Missing outcomes",
        "rows with a missing or not applicable variable of the model are left out; the likelihood is valid if they are missing at random",
    ),
    ("Adjusted means", "covariates at their means over the rows used, other factors weighted equally"),
    ("Coding of factors", "treatment contrasts against the reference level, unless the formula says otherwise"),
    ("Log-likelihood", "with all constants, as in lme4 and SAS"),
    ("Intervals of variance components", "profile likelihood of the model's criterion"),
    ("Quartiles", "linear between order statistics (type 7)"),
];

fn settings(analysis: &Analysis, result: &AnalysisResult) -> Vec<[String; 3]> {
    let stated = |key: &str| from(analysis.stated.contains(key)).to_owned();
    let criterion = match analysis.criterion {
        Criterion::Reml => "restricted maximum likelihood (REML)",
        Criterion::Ml => "maximum likelihood",
    };
    let setting = |name: &str, value: &str, from: String| [name.to_owned(), value.to_owned(), from];
    let difference = format!("{}: {}", analysis.contrast.factor, analysis.contrast.levels.join(" − "));
    vec![
        setting(
            "Model",
            &result.fit.formula,
            from(["model", "mmrm"].iter().any(|key| analysis.stated.contains(*key))).to_owned(),
        ),
        setting("Criterion", criterion, stated("criterion")),
        setting("Degrees of freedom", &result.fit.df_conventions, stated("df")),
        setting("Covariance of the estimates", &analysis.vcov, stated("vcov")),
        setting("Conventions", analysis.convention.label(), stated("convention")),
        setting("Tests of terms", &format!("type {}", analysis.tests.roman()), stated("type")),
        setting("Comparisons", &analysis.compare, stated("compare")),
        setting("Adjustment for their number", analysis.adjust.as_deref().unwrap_or("none"), stated("adjust")),
        setting("Confidence level", &percent(analysis.level), stated("level")),
        setting("Weights", analysis.weights.as_deref().unwrap_or("none"), stated("weights")),
        setting("Analysis set", &result.set, stated("set")),
        setting("Rows", analysis.condition.as_deref().unwrap_or("all of the analysis set"), stated("where")),
        setting("Difference", &difference, stated("contrast")),
        setting("Profile intervals", if analysis.intervals { "yes" } else { "no" }, stated("intervals")),
    ]
}

fn from(stated: bool) -> &'static str {
    if stated { "plan" } else { "default" }
}

/// The files behind the numbers.
pub(super) fn inputs(inputs: &Inputs, study: &Study) -> Section {
    let mut table = Table::new("Inputs", ["Role", "File", "SHA-256"], 3);
    for file in inputs.files() {
        table.row(Kind::Plain, [file.role, file.file, file.sha256]);
    }
    table.note("When and where the analysis was run stands in provenance.json.");
    let mut paragraphs = Vec::new();
    if !study.findings.is_empty() {
        paragraphs.push("Remarks of the validation:".to_owned());
        paragraphs.extend(study.findings.iter().cloned());
    }
    Section { id: "inputs".into(), heading: "Data".into(), paragraphs, tables: vec![table], ..Section::default() }
}
