//! What a person writes to define one form of an instrument.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::item_list::ItemList;

/// One form of an instrument: its items, and how scales and summaries are made of them. Unknown keys are errors where it is read.
/// [`super::Form::new`] says everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// A stable name, such as `sdq-parent-4-17`.
    pub id: String,
    /// The instrument's short name, for labels.
    pub instrument: String,
    /// The instrument's full name.
    pub title: String,
    /// Which form it is, such as `parent, 4–17 years`.
    pub version: String,
    /// Who answers it, such as `parent`.
    pub informant: Option<String>,
    /// The ages for which the form is valid.
    pub age: Option<AgeRange>,
    /// Where the rules come from.
    pub source: String,
    /// What one may do with the instrument.
    pub licence: String,
    /// The items, those with the same coding together.
    pub items: Vec<ItemGroup>,
    /// The scales, each made of items.
    pub scales: Vec<Scale>,
    /// The summaries, each made of scales.
    #[serde(default)]
    pub summaries: Vec<Summary>,
}

impl Definition {
    /// An empty definition.
    pub fn new(id: impl Into<String>, instrument: impl Into<String>) -> Self {
        let instrument = instrument.into();
        Self {
            id: id.into(),
            title: instrument.clone(),
            instrument,
            version: String::new(),
            informant: None,
            age: None,
            source: String::new(),
            licence: String::new(),
            items: Vec::new(),
            scales: Vec::new(),
            summaries: Vec::new(),
        }
    }

    /// With further items, coded from `min` to `max`; a list that is none is left out, and the check says what is then missing.
    pub fn items<'a>(mut self, ids: impl IntoIterator<Item = &'a str>, min: f64, max: f64) -> Self {
        let ids = ItemList::new(ids).unwrap_or_default();
        self.items.push(ItemGroup {
            ids,
            min,
            max,
            whole: true,
            reverse: ItemList::default(),
            recode: BTreeMap::new(),
        });
        self
    }

    /// With a further scale: the sum of its items, all of which must be answered.
    pub fn scale<'a>(mut self, id: &str, label: &str, items: impl IntoIterator<Item = &'a str>) -> Self {
        self.scales.push(Scale {
            id: id.to_owned(),
            label: label.to_owned(),
            items: ItemList::new(items).unwrap_or_default(),
            method: Method::Sum,
            minimum: None,
            rounding: Rounding::None,
            when: None,
            bands: Vec::new(),
        });
        self
    }
}

/// The ages for which a form is valid: from `from` on, and below `below`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRange {
    /// The youngest age.
    pub from: f64,
    /// The first age that is too old.
    pub below: f64,
    /// In what they are counted.
    pub unit: AgeUnit,
}

impl AgeRange {
    /// Whether a person of `months` has the age.
    pub fn contains(&self, months: f64) -> bool {
        self.unit.months(self.from) <= months && months < self.unit.months(self.below)
    }
}

/// In what an age is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgeUnit {
    /// Days, 365.25 a year.
    Days,
    /// Months, 12 a year.
    Months,
    /// Years.
    Years,
}

impl AgeUnit {
    /// `age` in months.
    pub fn months(self, age: f64) -> f64 {
        match self {
            Self::Days => age * 12.0 / 365.25,
            Self::Months => age,
            Self::Years => age * 12.0,
        }
    }
}

/// Items with the same coding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemGroup {
    /// Their identifiers.
    pub ids: ItemList,
    /// The smallest answer.
    pub min: f64,
    /// The largest answer.
    pub max: f64,
    /// Whether answers are whole numbers.
    #[serde(default = "yes")]
    pub whole: bool,
    /// Those that count from the other end: x becomes min + max − x.
    #[serde(default)]
    pub reverse: ItemList,
    /// What each answer counts, where that is not the answer itself.
    #[serde(default)]
    pub recode: BTreeMap<String, f64>,
}

fn yes() -> bool {
    true
}

/// A score made of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Its name in columns, after the prefix.
    pub id: String,
    /// Its name in tables.
    pub label: String,
    /// Its items.
    pub items: ItemList,
    /// How it is made of them.
    pub method: Method,
    /// How many must be answered; all of them where nothing is said.
    pub minimum: Option<Minimum>,
    /// How it is rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// A value that an answer decides by itself.
    pub when: Option<Condition>,
    /// Bands of the score, from low to high.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// How a scale is made of the answered of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Their sum; every item must be answered.
    Sum,
    /// Their mean.
    Mean,
    /// Their mean times the number of items of the scale.
    ProratedSum,
    /// The mean of 100·(x − min)/(max − min).
    #[serde(rename = "mean-0-100")]
    MeanOf100,
}

/// How many items must be answered: a count or a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// So many items.
    pub count: Option<u32>,
    /// So large a part of them.
    pub fraction: Option<f64>,
    /// Whether exactly so many are enough.
    #[serde(default = "yes")]
    pub inclusive: bool,
}

impl Minimum {
    /// Whether `answered` of `items` are enough.
    pub fn is_met(&self, answered: usize, items: usize) -> bool {
        let (share, needed) = match (self.count, self.fraction) {
            (Some(count), _) => (answered as f64, f64::from(count)),
            (None, Some(fraction)) => (answered as f64 / items.max(1) as f64, fraction),
            (None, None) => (answered as f64, items as f64),
        };
        // Fractions of counts differ by 1e-6 and more for a thousand items, and from what was written by rounding only.
        let slack = 1e-9;
        if self.inclusive { share >= needed - slack } else { share > needed + slack }
    }
}

/// How a score is rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Not at all.
    #[default]
    None,
    /// To the nearest whole number, halves up: floor(x + ½).
    HalfUp,
}

impl Rounding {
    /// `x` rounded.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::None => x,
            Self::HalfUp => libm::floor(x + 0.5),
        }
    }
}

/// A score has `value` whenever the answer to `item` equals `equals`, whatever else was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The item that decides.
    pub item: String,
    /// The answer that decides.
    pub equals: f64,
    /// The score that it makes.
    pub value: f64,
}

/// The scores from `from` up to the next band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its name.
    pub label: String,
    /// The smallest score in it.
    pub from: f64,
}

/// A sum of scales.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Its name in columns, after the prefix.
    pub id: String,
    /// Its name in tables.
    pub label: String,
    /// The scales that it sums.
    pub of: Vec<String>,
    /// The published rules about missing scales, the default first; without any, all scales are needed.
    #[serde(default)]
    pub rules: Vec<SummaryRule>,
    /// How it is rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// Bands of the score, from low to high.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// What a summary does about missing scales: with up to `missing` of them, it is the sum of the others times K/(K − missing).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryRule {
    /// Its name, by which a user asks for it.
    pub id: String,
    /// How many scales may be missing.
    pub missing: usize,
    /// Who publishes it.
    pub source: String,
}
