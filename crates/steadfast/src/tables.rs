//! The results as tidy tables, one CSV file each.

mod placements;

use std::collections::{BTreeMap, BTreeSet};

use steadfast_core::report::Row;

use crate::csv::{Csv, Field};
use crate::results::CellRow;
use crate::study::StudyResults;
use crate::trial::baseline::Description;
use crate::trial::{Absences, ByArm};

/// The keys of a row, in the order of the contract.
const ROW: [&str; 8] = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"];

/// The tables by their file names.
pub fn tables(results: &StudyResults) -> Vec<(&'static str, Vec<u8>)> {
    let completeness = results.completeness.as_ref().map(|table| ("tables/completeness.csv", table.csv()));
    let tables = vec![
        ("tables/contrasts.csv", contrasts(results)),
        ("tables/coefficients.csv", coefficients(results)),
        ("tables/means.csv", cells(results, |analysis| analysis.fit.means.as_deref())),
        ("tables/differences.csv", cells(results, |analysis| analysis.fit.differences.as_deref())),
        ("tables/adjusted.csv", adjusted(results)),
        ("tables/variance_components.csv", variance_components(results)),
        ("tables/tests.csv", tests(results)),
        ("tables/analysis_sets.csv", analysis_sets(results)),
        ("tables/flow.csv", flow(results)),
        ("tables/baseline.csv", baseline(results)),
        ("tables/observed_means.csv", observed(results)),
    ];
    let happened = results.placements.iter().flat_map(placements::tables);
    tables.into_iter().chain(completeness).chain(happened).collect()
}

fn fields(row: &Row) -> Vec<Field> {
    vec![
        Field::from(row.term.as_str()),
        Field::from(row.estimate),
        Field::from(row.std_error),
        Field::from(row.df),
        Field::from(row.statistic),
        Field::from(row.p_value),
        Field::from(row.conf_low),
        Field::from(row.conf_high),
    ]
}

/// Factors and the levels at which they stand, such as `visit=30 months`.
fn place(at: &BTreeMap<String, String>) -> Field {
    let at: Vec<String> = at.iter().map(|(factor, level)| format!("{factor}={level}")).collect();
    Field::from(at.join("; ").as_str())
}

fn contrasts(results: &StudyResults) -> Vec<u8> {
    let before = ["analysis", "label", "role", "adjusted", "at"];
    let after = ["standardised", "n_observations", "n_clusters"];
    let mut csv = Csv::new(before.iter().chain(&ROW).chain(&after));
    for analysis in &results.analyses {
        let role = format!("{:?}", analysis.role).to_lowercase();
        let adjusted = if analysis.adjusted { "true" } else { "false" };
        let mut row = vec![
            Field::from(analysis.id.as_str()),
            Field::from(analysis.label.as_str()),
            Field::from(role.as_str()),
            Field::from(adjusted),
            place(&analysis.contrast.at),
        ];
        row.extend(fields(&analysis.contrast.row));
        row.push(Field::from(analysis.contrast.standardised));
        row.extend([Field::from(analysis.fit.n_observations), Field::from(analysis.fit.n_clusters)]);
        csv.row(row);
    }
    csv.into_bytes()
}

fn coefficients(results: &StudyResults) -> Vec<u8> {
    let mut csv = Csv::new(["analysis"].iter().chain(&ROW));
    for analysis in &results.analyses {
        for row in &analysis.fit.coefficients {
            csv.row([Field::from(analysis.id.as_str())].into_iter().chain(fields(row)));
        }
    }
    csv.into_bytes()
}

fn cells<'a>(
    results: &'a StudyResults,
    of: impl Fn(&'a crate::study::AnalysisResult) -> Option<&'a [CellRow]>,
) -> Vec<u8> {
    let all = || results.analyses.iter().flat_map(|analysis| of(analysis).unwrap_or_default());
    let factors: BTreeSet<&str> = all().flat_map(|cell| cell.at.keys().map(String::as_str)).collect();
    let mut csv = Csv::new(["analysis"].iter().chain(&factors).chain(&ROW));
    for analysis in &results.analyses {
        for cell in of(analysis).unwrap_or_default() {
            let level = |factor: &&str| cell.at.get(*factor).map_or(Field::Empty, |level| Field::from(level.as_str()));
            let before = std::iter::once(Field::from(analysis.id.as_str())).chain(factors.iter().map(level));
            csv.row(before.chain(fields(&cell.row)));
        }
    }
    csv.into_bytes()
}

fn adjusted(results: &StudyResults) -> Vec<u8> {
    let mut csv = Csv::new(["analysis", "method", "at"].iter().chain(&ROW));
    for analysis in &results.analyses {
        for (adjustment, cell) in
            analysis.fit.adjusted.iter().flat_map(|all| all.rows.iter().map(move |row| (all, row)))
        {
            let row = &cell.row;
            csv.row([
                Field::from(analysis.id.as_str()),
                Field::from(adjustment.method.as_str()),
                place(&cell.at),
                Field::from(row.term.as_str()),
                Field::from(row.estimate),
                Field::from(row.std_error),
                Field::from(row.df),
                Field::from(row.statistic),
                Field::from(row.p_value),
                Field::from(row.conf_low),
                Field::from(row.conf_high),
            ]);
        }
    }
    csv.into_bytes()
}

fn variance_components(results: &StudyResults) -> Vec<u8> {
    let mut csv = Csv::new(["analysis", "term", "estimate", "conf_low", "conf_high", "level"]);
    for analysis in &results.analyses {
        for interval in analysis.fit.variance_components.iter().flatten() {
            csv.row([
                Field::from(analysis.id.as_str()),
                Field::from(interval.term.as_str()),
                Field::from(interval.estimate),
                Field::from(interval.conf_low),
                Field::from(interval.conf_high),
                Field::from(interval.level),
            ]);
        }
    }
    csv.into_bytes()
}

fn tests(results: &StudyResults) -> Vec<u8> {
    let mut csv = Csv::new(["analysis", "term", "num_df", "den_df", "statistic", "p_value"]);
    for analysis in &results.analyses {
        for test in &analysis.fit.tests {
            csv.row([
                Field::from(analysis.id.as_str()),
                Field::from(test.term.as_str()),
                Field::from(test.num_df),
                Field::from(test.den_df),
                Field::from(test.statistic),
                Field::from(test.p_value),
            ]);
        }
    }
    csv.into_bytes()
}

/// A line for everyone in the file, and for each step those who remain, those lost and those undecided, by arm and in all.
fn analysis_sets(results: &StudyResults) -> Vec<u8> {
    let keys = ["set", "label", "step", "where", "reason", "who", "arm", "clusters", "subjects"];
    let mut csv = Csv::new(keys);
    for set in &results.analysis_sets {
        let mut add = |step: usize, text: [&str; 3], count: &ByArm| {
            let arms = count.arms.iter().map(|arm| (arm.arm.as_str(), &arm.count));
            for (arm, count) in arms.chain([("", &count.total)]) {
                let names = [set.name.as_str(), set.label.as_str()].map(Field::from);
                let step = [Field::from(step)].into_iter().chain(text.map(Field::from));
                let counts = [Field::from(arm), Field::from(count.clusters), Field::from(count.subjects)];
                csv.row(names.into_iter().chain(step).chain(counts));
            }
        };
        add(0, ["", "", "remaining"], &set.file);
        for (at, step) in set.steps.iter().enumerate() {
            let parts = [("remaining", &step.remaining), ("lost", &step.lost), ("undecided", &step.undecided)];
            for (who, count) in parts {
                add(at + 1, [&step.condition, &step.reason, who], count);
            }
        }
    }
    csv.into_bytes()
}

fn flow(results: &StudyResults) -> Vec<u8> {
    let mut csv = Csv::new(["step", "visit", "reason", "arm", "clusters", "subjects"]);
    for step in &results.flow.steps {
        let losses = step.lost.iter().map(|loss| (loss.reason.as_str(), &loss.count));
        for (reason, count) in std::iter::once(("", &step.count)).chain(losses) {
            let arms = count.arms.iter().map(|arm| (arm.arm.as_str(), &arm.count));
            for (arm, count) in arms.chain([("", &count.total)]) {
                csv.row([
                    Field::from(step.step.as_str()),
                    Field::from(step.visit.as_deref().unwrap_or_default()),
                    Field::from(reason),
                    Field::from(arm),
                    Field::from(count.clusters),
                    Field::from(count.subjects),
                ]);
            }
        }
    }
    csv.into_bytes()
}

fn baseline(results: &StudyResults) -> Vec<u8> {
    let numbers = ["mean", "std_dev", "quartile_1", "median", "quartile_3", "count", "standardised_difference"];
    let keys = ["described_by", "variable", "level", "arm", "n"];
    let mut csv = Csv::new(keys.iter().chain(&Absences::NAMES).chain(&numbers));
    for block in &results.baseline.blocks {
        for variable in &block.variables {
            let difference = |i: usize| Field::from(variable.standardised_differences.get(i).copied().flatten());
            for arm in &variable.arms {
                let keys = |level: &str| {
                    let text = [block.unit.as_str(), variable.name.as_str(), level, arm.arm.as_str()].map(Field::from);
                    let counts = std::iter::once(arm.n).chain(arm.absent.numbers()).map(Field::from);
                    text.into_iter().chain(counts)
                };
                match &arm.values {
                    Description::Numeric { mean, std_dev, quartile_1, median, quartile_3 } => {
                        let values = [mean, std_dev, quartile_1, median, quartile_3].map(|value| Field::from(*value));
                        csv.row(keys("").chain(values).chain([Field::Empty, difference(0)]));
                    }
                    Description::Levels { levels } => {
                        for (i, level) in levels.iter().enumerate() {
                            let values = std::iter::repeat_n(Field::Empty, 5);
                            let count = [Field::from(level.count), difference(i)];
                            csv.row(keys(&level.level).chain(values).chain(count));
                        }
                    }
                }
            }
        }
    }
    csv.into_bytes()
}

fn observed(results: &StudyResults) -> Vec<u8> {
    let keys = ["arm", "visit", "clusters", "subjects"];
    let mut csv = Csv::new(keys.iter().chain(&Absences::NAMES).chain(&["mean", "std_dev", "conf_low", "conf_high"]));
    for mean in &results.observed {
        let counts = [mean.clusters, mean.subjects].into_iter().chain(mean.absent.numbers()).map(Field::from);
        let values = [mean.mean, mean.std_dev, mean.conf_low, mean.conf_high].map(Field::from);
        let names = [mean.arm.as_str(), mean.visit.as_str()].map(Field::from);
        csv.row(names.into_iter().chain(counts).chain(values));
    }
    csv.into_bytes()
}
