//! One variable: its values, what is absent and why, its role, label and unit.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::coding::Coding;
use super::factor::{Factor, NO_LEVEL};

/// Whether a value is there, and if not, why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// The value was observed.
    Observed,
    /// A value should be there and is not.
    Missing,
    /// A value should be there and is not, because the person had withdrawn before it could be observed.
    Withdrawn,
    /// A value is expected and its time has not passed: nobody can know yet whether it will be missing.
    NotYetDue,
    /// No value can exist by design, such as a questionnaire for older children; it is never imputed.
    NotApplicable,
}

impl Presence {
    /// All of them; what counts first where several hold comes last.
    pub const ALL: [Self; 5] = [Self::Observed, Self::Missing, Self::Withdrawn, Self::NotYetDue, Self::NotApplicable];

    /// The word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Missing => "missing",
            Self::Withdrawn => "withdrawn",
            Self::NotYetDue => "not yet due",
            Self::NotApplicable => "not applicable",
        }
    }

    /// Whether a value exists or should: the denominator of completeness.
    pub fn is_expected(self) -> bool {
        matches!(self, Self::Observed | Self::Missing | Self::Withdrawn)
    }

    /// Whether the value is absent and stands for one that should exist, so that an imputation may fill it in. What is
    /// not applicable has no value, and what is not yet due may still be observed: neither is ever imputed.
    pub fn is_imputable(self) -> bool {
        matches!(self, Self::Missing | Self::Withdrawn)
    }

    /// The presence of what is computed from two values: it exists where both do. Where neither does, the reason that
    /// says more decides: not applicable, then not yet due, then withdrawn, then missing.
    pub fn and(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Observed => 0,
            Self::Missing => 1,
            Self::Withdrawn => 2,
            Self::NotYetDue => 3,
            Self::NotApplicable => 4,
        }
    }
}

/// What a variable means in the design of the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person measured.
    Subject,
    /// The unit randomised or sampled, such as a family.
    Cluster,
    /// The planned visit.
    Visit,
    /// A continuous time.
    Time,
    /// The randomised arm.
    Arm,
    /// An outcome.
    Outcome,
    /// An outcome's value at baseline.
    Baseline,
    /// An observation weight.
    Weight,
    /// A stratification factor of the randomisation.
    Stratum,
    /// Another explanatory variable.
    Covariate,
}

/// A day of the proleptic Gregorian calendar, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

impl Date {
    /// The day `year`-`month`-`day`, or `None` when the calendar has no such day.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            _ => return None,
        };
        if !(-9999..=9999).contains(&year) || day == 0 || day > length {
            return None;
        }
        // Days from civil, counting years from March so that the leap day comes last.
        let (y, m) = (if month <= 2 { year - 1 } else { year }, (month as i32 + 9) % 12);
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let day_of_year = (153 * m + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// The year, month and day.
    pub fn ymd(self) -> (i32, u32, u32) {
        let z = self.0 + 719_468;
        let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i32::from(month <= 2);
        (year, month as u32, (doy - (153 * mp + 2) / 5 + 1) as u32)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The values of a column. Where a row has no value, the placeholder (NaN, 0, `u32::MAX`) is never read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ColumnData {
    /// Real numbers.
    Float(Arc<Vec<f64>>),
    /// Whole numbers.
    Integer(Arc<Vec<i64>>),
    /// Levels.
    Factor(Factor),
    /// Days.
    Date(Arc<Vec<Date>>),
    /// Yes or no.
    Bool(Arc<Vec<bool>>),
}

impl PartialEq for ColumnData {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(a), Self::Float(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x.to_bits() == y.to_bits())
            }
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Factor(a), Self::Factor(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            _ => false,
        }
    }
}

/// A named variable with a value, or a reason for its absence, in each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    name: String,
    data: ColumnData,
    absent: Option<Arc<Vec<Presence>>>,
    role: Option<Role>,
    label: Option<String>,
    unit: Option<String>,
    coding: Option<Coding>,
}

impl Column {
    fn of(name: impl Into<String>, data: ColumnData, absent: Option<Vec<Presence>>) -> Self {
        let absent = absent.filter(|presence| presence.iter().any(|p| *p != Presence::Observed)).map(Arc::new);
        Self { name: name.into(), data, absent, role: None, label: None, unit: None, coding: None }
    }

    /// Real numbers; NaN counts as missing. Infinities are kept, and refused by the models.
    pub fn float(name: impl Into<String>, values: Vec<f64>) -> Self {
        let absent = values.iter().any(|value| value.is_nan()).then(|| {
            let presence = |value: &f64| if value.is_nan() { Presence::Missing } else { Presence::Observed };
            values.iter().map(presence).collect()
        });
        Self::of(name, ColumnData::Float(Arc::new(values)), absent)
    }

    /// Whole numbers, all observed.
    pub fn integer(name: impl Into<String>, values: Vec<i64>) -> Self {
        Self::of(name, ColumnData::Integer(Arc::new(values)), None)
    }

    /// A factor of the given texts, all observed, with its levels in [`super::level_order`].
    pub fn factor<S: AsRef<str>>(name: impl Into<String>, values: impl IntoIterator<Item = S>) -> Self {
        Self::from_factor(name, Factor::from_values(values.into_iter().map(Some)))
    }

    /// A factor; rows without a level are missing.
    pub fn from_factor(name: impl Into<String>, factor: Factor) -> Self {
        let absent = factor.codes().contains(&NO_LEVEL).then(|| {
            let presence = |&code: &u32| if code == NO_LEVEL { Presence::Missing } else { Presence::Observed };
            factor.codes().iter().map(presence).collect()
        });
        Self::of(name, ColumnData::Factor(factor), absent)
    }

    /// Days, all observed.
    pub fn date(name: impl Into<String>, values: Vec<Date>) -> Self {
        Self::of(name, ColumnData::Date(Arc::new(values)), None)
    }

    /// Yes or no, all observed.
    pub fn bool(name: impl Into<String>, values: Vec<bool>) -> Self {
        Self::of(name, ColumnData::Bool(Arc::new(values)), None)
    }

    /// The column with the presence of each row declared. A placeholder that is no value (NaN, a code without a
    /// level) stays absent whatever is declared.
    ///
    /// # Panics
    /// Never; a `presence` of another length than the column is cut or filled with `Observed`.
    pub fn with_presence(mut self, mut presence: Vec<Presence>) -> Self {
        presence.resize(self.len(), Presence::Observed);
        if let Some(already) = &self.absent {
            for (declared, known) in presence.iter_mut().zip(already.iter()) {
                if *declared == Presence::Observed {
                    *declared = *known;
                }
            }
        }
        self.absent = presence.iter().any(|p| *p != Presence::Observed).then(|| Arc::new(presence));
        self
    }

    /// The column with a role.
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// The column with a label for tables.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The column with a unit of measurement.
    pub fn with_unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// The column with the codes that its file had for its values and absences; a code in an observed row is dropped.
    pub fn with_coding(mut self, coding: Coding) -> Self {
        let fitted = coding.fitted(self.len(), |row| self.is_observed(row));
        self.coding = (!fitted.is_empty()).then_some(fitted);
        self
    }

    /// The column under another name.
    pub fn renamed(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The label, or the name where there is none.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// The unit of measurement.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// The codes that its file had for its values and absences.
    pub fn coding(&self) -> Option<&Coding> {
        self.coding.as_ref()
    }

    /// The role in the design.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// The values.
    pub fn data(&self) -> &ColumnData {
        &self.data
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match &self.data {
            ColumnData::Float(values) => values.len(),
            ColumnData::Integer(values) => values.len(),
            ColumnData::Factor(factor) => factor.codes().len(),
            ColumnData::Date(values) => values.len(),
            ColumnData::Bool(values) => values.len(),
        }
    }

    /// Whether the column has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `row` has a value, and if not, why not.
    pub fn presence(&self, row: usize) -> Presence {
        self.absent.as_ref().map_or(Presence::Observed, |absent| absent[row])
    }

    /// Whether `row` has a value.
    pub fn is_observed(&self, row: usize) -> bool {
        self.presence(row) == Presence::Observed
    }

    /// Whether `row` has no value and an imputation may fill it in: see [`Presence::is_imputable`].
    pub fn is_imputable(&self, row: usize) -> bool {
        self.presence(row).is_imputable()
    }

    /// Whether every row has a value.
    pub fn is_complete(&self) -> bool {
        self.absent.is_none()
    }

    /// The factor, when the column is one.
    pub fn as_factor(&self) -> Option<&Factor> {
        match &self.data {
            ColumnData::Factor(factor) => Some(factor),
            _ => None,
        }
    }

    /// The values as real numbers (whole numbers, days since 1970-01-01, 0/1 for no/yes), shared where they are
    /// real already; `None` for a factor. Rows without a value hold a placeholder.
    pub fn to_numeric(&self) -> Option<Arc<Vec<f64>>> {
        match &self.data {
            ColumnData::Float(values) => Some(Arc::clone(values)),
            ColumnData::Integer(values) => Some(Arc::new(values.iter().map(|&v| v as f64).collect())),
            ColumnData::Date(values) => Some(Arc::new(values.iter().map(|v| f64::from(v.0)).collect())),
            ColumnData::Bool(values) => Some(Arc::new(values.iter().map(|&v| f64::from(u8::from(v))).collect())),
            ColumnData::Factor(_) => None,
        }
    }

    /// The column as a factor: itself, or the distinct values of another type in their natural order.
    pub fn to_factor(&self) -> Factor {
        let text = |row: usize| -> Option<String> {
            self.is_observed(row).then(|| match &self.data {
                ColumnData::Float(values) => values[row].to_string(),
                ColumnData::Integer(values) => values[row].to_string(),
                ColumnData::Date(values) => values[row].to_string(),
                ColumnData::Bool(values) => values[row].to_string(),
                ColumnData::Factor(factor) => factor.level(row).unwrap_or_default().to_owned(),
            })
        };
        match &self.data {
            ColumnData::Factor(factor) => factor.clone(),
            ColumnData::Integer(values) => Factor::from_integers(values, |row| self.is_observed(row)),
            _ => Factor::from_values((0..self.len()).map(text)),
        }
    }

    /// The same variable with other values.
    pub(crate) fn holding(&self, data: ColumnData, absent: Option<Vec<Presence>>) -> Self {
        Self { data, absent: absent.map(Arc::new), ..self.clone() }
    }

    /// The column at `rows`.
    pub(crate) fn select(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Arc<Vec<T>> {
            Arc::new(rows.iter().map(|&row| values[row as usize]).collect())
        }
        let data = match &self.data {
            ColumnData::Float(values) => ColumnData::Float(pick(values, rows)),
            ColumnData::Integer(values) => ColumnData::Integer(pick(values, rows)),
            ColumnData::Factor(factor) => ColumnData::Factor(factor.select(rows)),
            ColumnData::Date(values) => ColumnData::Date(pick(values, rows)),
            ColumnData::Bool(values) => ColumnData::Bool(pick(values, rows)),
        };
        let absent = self.absent.as_ref().map(|absent| pick(absent, rows).to_vec());
        let coding = self.coding.as_ref().map(|coding| coding.select(rows));
        Self { absent: absent.map(Arc::new), data, coding, ..self.clone() }
    }
}
