//! The trial as a table: one row a child and visit, every child with all three.

use steadfast_core::error::Result;
use steadfast_core::frame::{Column, Factor, Frame, Presence, Role};

use super::children::{Child, Sex};
use super::families::{Arm, Era, Family};
use super::outcomes::{Carer, Observation, Score};
use super::{BestTrial, VISITS};

/// What stands for a score that cannot exist because the child is under 2.
pub const NOT_APPLICABLE: &str = "NA_AGE";

/// Everything that a row says.
struct Row<'a> {
    family: &'a Family,
    child: &'a Child,
    visit: usize,
    attended: bool,
    now: &'a Observation,
    at_baseline: &'a Observation,
}

/// The columns in order, and how each is written.
type Writer = fn(&Row<'_>) -> String;

const COLUMNS: [(&str, Writer); 24] = [
    ("family", |row| row.family.id.clone()),
    ("child", |row| row.child.id.clone()),
    ("visit", |row| VISITS[row.visit].to_owned()),
    ("month", |row| month(row.visit).to_string()),
    ("arm", |row| arm(row.family).to_owned()),
    ("country", |row| row.family.country.to_owned()),
    ("site", |row| row.family.site.to_owned()),
    ("era", |row| era(row.family).to_owned()),
    ("received", |row| yes(row.family.received).to_owned()),
    ("sex", |row| sex(row.child).to_owned()),
    ("birth_date", |row| row.child.born.to_string()),
    ("care_entry_date", |row| row.family.care_entry.to_string()),
    ("consent_date", |row| row.family.consent.to_string()),
    ("randomisation_date", |row| row.family.randomised.to_string()),
    ("baseline_date", |row| row.family.baseline.to_string()),
    ("attended", |row| yes(row.attended).to_owned()),
    ("visit_date", |row| if row.attended { row.now.day.to_string() } else { String::new() }),
    ("age", |row| format!("{:.2}", row.child.age(row.now.day))),
    ("informant", |row| row.now.carer.map_or("", carer).to_owned()),
    ("base_sdq", |row| score(row.at_baseline.sdq)),
    ("sdq", |row| score(row.now.sdq)),
    ("base_pir_gas", |row| score(row.at_baseline.pir_gas)),
    ("pir_gas", |row| score(row.now.pir_gas)),
    ("sdq_latent", |row| row.now.latent.to_string()),
];

impl BestTrial {
    /// The data as CSV: UTF-8, commas, a line feed after every row, an empty field where a value is missing.
    pub fn to_csv(&self) -> String {
        let mut text = COLUMNS.map(|(name, _)| name).join(",");
        text.push('\n');
        for row in self.rows() {
            text.push_str(&COLUMNS.map(|(_, write)| write(&row)).join(","));
            text.push('\n');
        }
        text
    }

    /// The columns that models use, as a frame of 1,317 rows.
    ///
    /// # Errors
    /// None that a generated trial can cause.
    pub fn frame(&self) -> Result<Frame> {
        let rows: Vec<Row<'_>> = self.rows().collect();
        let levels = |name: &str, levels: &[&str], value: fn(&Row<'_>) -> &'static str| -> Result<Column> {
            let position = |row| levels.iter().position(|level| *level == value(row)).map(|at| at as u32);
            let codes = rows.iter().map(position).collect();
            let levels = levels.iter().map(|level| (*level).to_owned()).collect();
            Ok(Column::from_factor(name, Factor::from_codes(levels, codes)?))
        };
        Frame::new(vec![
            Column::factor("family", rows.iter().map(|row| &row.family.id)).with_role(Role::Cluster),
            Column::factor("child", rows.iter().map(|row| &row.child.id)).with_role(Role::Subject),
            levels("visit", &VISITS, |row| VISITS[row.visit])?.with_role(Role::Visit),
            Column::float("month", rows.iter().map(|row| f64::from(month(row.visit))).collect()),
            levels("arm", &["SAU", "NIM"], |row| arm(row.family))?.with_role(Role::Arm),
            Column::factor("country", rows.iter().map(|row| row.family.country)),
            Column::factor("site", rows.iter().map(|row| row.family.site)).with_role(Role::Stratum),
            Column::factor("era", rows.iter().map(|row| era(row.family))),
            Column::bool("received", rows.iter().map(|row| row.family.received).collect()),
            levels("sex", &["boy", "girl"], |row| sex(row.child))?,
            Column::float("age", rows.iter().map(|row| row.child.age(row.now.day)).collect()),
            levels("informant", &CARERS, |row| row.now.carer.map_or("", carer))?,
            scores("base_sdq", rows.iter().map(|row| row.at_baseline.sdq)).with_role(Role::Baseline),
            scores("sdq", rows.iter().map(|row| row.now.sdq)).with_role(Role::Outcome),
            scores("pir_gas", rows.iter().map(|row| row.now.pir_gas)),
            Column::float("sdq_latent", rows.iter().map(|row| row.now.latent).collect()),
        ])
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.children.iter().zip(&self.observations).flat_map(move |(child, seen)| {
            seen.iter().enumerate().map(move |(visit, now)| Row {
                family: &self.families[child.family],
                child,
                visit,
                attended: self.attendance[child.family][visit],
                now,
                at_baseline: &seen[0],
            })
        })
    }
}

fn scores(name: &str, values: impl Iterator<Item = Score>) -> Column {
    let (numbers, presence) = values
        .map(|score| match score {
            Score::Is(value) => (value, Presence::Observed),
            Score::Missing => (0, Presence::Missing),
            Score::NotApplicable => (0, Presence::NotApplicable),
        })
        .unzip();
    Column::integer(name, numbers).with_presence(presence)
}

fn score(score: Score) -> String {
    match score {
        Score::Is(value) => value.to_string(),
        Score::Missing => String::new(),
        Score::NotApplicable => NOT_APPLICABLE.to_owned(),
    }
}

fn month(visit: usize) -> u8 {
    [0, 15, 30][visit]
}

fn arm(family: &Family) -> &'static str {
    match family.arm {
        Arm::Nim => "NIM",
        Arm::Sau => "SAU",
    }
}

fn era(family: &Family) -> &'static str {
    match family.era {
        Era::BaselineFirst => "1",
        Era::ConsentFirst => "2",
        Era::RandomisationFirst => "3",
    }
}

fn sex(child: &Child) -> &'static str {
    match child.sex {
        Sex::Girl => "girl",
        Sex::Boy => "boy",
    }
}

/// The names of the carers.
const CARERS: [&str; 4] = ["foster", "kinship", "parent", "adoptive"];

fn carer(carer: Carer) -> &'static str {
    match carer {
        Carer::Foster => CARERS[0],
        Carer::Kinship => CARERS[1],
        Carer::Parent => CARERS[2],
        Carer::Adoptive => CARERS[3],
    }
}

fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
