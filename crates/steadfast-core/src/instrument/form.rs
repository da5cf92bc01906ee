//! A definition that was checked, ready to score.

use super::check;
use super::definition::{Band, Definition, ItemGroup, Method, Rounding, Scale, Summary, SummaryRule};
use super::{scale, summary};

/// A checked definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    definition: Definition,
    items: Vec<Item>,
    /// For each scale the places of its items.
    of_scales: Vec<Vec<usize>>,
    /// For each scale the place of the item that may decide it.
    deciding: Vec<Option<usize>>,
    /// For each summary the places of its scales.
    of_summaries: Vec<Vec<usize>>,
}

/// An item with its coding.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) whole: bool,
    coding: Coding,
}

#[derive(Debug, Clone, PartialEq)]
enum Coding {
    AsAnswered,
    Reversed,
    /// What the answers from the smallest on count.
    Recoded(Vec<f64>),
}

impl Item {
    /// What `answer`, which lies within the range, counts.
    pub(super) fn coded(&self, answer: f64) -> f64 {
        match &self.coding {
            Coding::AsAnswered => answer,
            Coding::Reversed => self.min + self.max - answer,
            Coding::Recoded(values) => values.get((answer - self.min) as usize).copied().unwrap_or(answer),
        }
    }

    /// The smallest and the largest number that an answer can count.
    pub(super) fn bounds(&self) -> (f64, f64) {
        match &self.coding {
            Coding::AsAnswered | Coding::Reversed => (self.min, self.max),
            Coding::Recoded(values) => {
                values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
            }
        }
    }
}

/// What a respondent answered to an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// An answer within the item's range, as it was given.
    Given(f64),
    /// There should be one and there is none.
    Missing,
    /// There can be none by design.
    NotApplicable,
}

/// A score of one respondent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Score {
    /// The score, and how many items were filled in because they were not answered.
    Made {
        /// The score.
        value: f64,
        /// The items filled in.
        filled: usize,
    },
    /// Too little was answered.
    Missing,
    /// There can be no score by design.
    NotApplicable,
}

/// One of the scores of a form: a scale or a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Output<'a> {
    /// A scale.
    Scale(&'a Scale),
    /// A summary.
    Summary(&'a Summary),
}

impl<'a> Output<'a> {
    /// The name in columns, after the prefix.
    pub fn id(self) -> &'a str {
        match self {
            Self::Scale(scale) => &scale.id,
            Self::Summary(summary) => &summary.id,
        }
    }

    /// The name in tables.
    pub fn label(self) -> &'a str {
        match self {
            Self::Scale(scale) => &scale.label,
            Self::Summary(summary) => &summary.label,
        }
    }

    /// The bands.
    pub fn bands(self) -> &'a [Band] {
        match self {
            Self::Scale(scale) => &scale.bands,
            Self::Summary(summary) => &summary.bands,
        }
    }

    /// The rule that is in force when `asked` is asked for: the rule of that name, or else the first; `None` for a scale, and
    /// for a summary without rules, which needs all its scales.
    pub fn rule(self, asked: Option<&str>) -> Option<&'a SummaryRule> {
        match self {
            Self::Scale(_) => None,
            Self::Summary(summary) => {
                let named = summary.rules.iter().find(|rule| Some(rule.id.as_str()) == asked);
                named.or_else(|| summary.rules.first())
            }
        }
    }
}

impl Form {
    /// The form of a definition without contradictions.
    ///
    /// # Errors
    /// Everything that is wrong with the definition, one sentence each.
    pub fn new(definition: Definition) -> Result<Self, Vec<String>> {
        let problems = check::problems(&definition);
        if !problems.is_empty() {
            return Err(problems);
        }
        let items: Vec<Item> = definition.items.iter().flat_map(of_group).collect();
        let place = |id: &String| items.iter().position(|item| item.id == *id);
        let places = |scale: &Scale| scale.items.ids().iter().filter_map(place).collect();
        let of_scales = definition.scales.iter().map(places).collect();
        let decides = |scale: &Scale| scale.when.as_ref().and_then(|when| place(&when.item));
        let deciding = definition.scales.iter().map(decides).collect();
        let scale = |id: &String| definition.scales.iter().position(|scale| scale.id == *id);
        let of_summaries = definition.summaries.iter().map(|one| one.of.iter().filter_map(scale).collect()).collect();
        Ok(Self { items, of_scales, deciding, of_summaries, definition })
    }

    /// What it was made of.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The identifiers of the items, in order.
    pub fn item_ids(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.id.as_str())
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The scores that it makes: the scales and then the summaries.
    pub fn outputs(&self) -> impl Iterator<Item = Output<'_>> {
        let scales = self.definition.scales.iter().map(Output::Scale);
        scales.chain(self.definition.summaries.iter().map(Output::Summary))
    }

    /// The places of the items of the score `output`, by its place among [`Form::outputs`].
    pub(super) fn items_of(&self, output: usize) -> Vec<usize> {
        let scales = self.definition.scales.len();
        match output.checked_sub(scales) {
            None => self.of_scales[output].clone(),
            Some(summary) => self.of_summaries[summary].iter().flat_map(|&s| self.of_scales[s].clone()).collect(),
        }
    }

    /// The place of the item that may decide the scale at `scale`.
    pub(super) fn deciding(&self, scale: usize) -> Option<usize> {
        self.deciding.get(scale).copied().flatten()
    }

    /// Whether every score of `output` is a whole number.
    pub(super) fn is_whole(&self, output: usize) -> bool {
        let scales = &self.definition.scales;
        let of_scale = |at: usize| {
            let whole_items = || {
                let ends = |item: &Item| (item.bounds(), item.whole);
                self.of_scales[at]
                    .iter()
                    .map(|&item| ends(&self.items[item]))
                    .all(|((low, high), whole)| whole && low.fract().abs() + high.fract().abs() <= 0.0)
            };
            scales[at].rounding == Rounding::HalfUp || (scales[at].method == Method::Sum && whole_items())
        };
        match output.checked_sub(scales.len()) {
            None => of_scale(output),
            Some(at) => {
                let summary = &self.definition.summaries[at];
                let gaps = summary.rules.iter().any(|rule| rule.missing > 0);
                summary.rounding == Rounding::HalfUp
                    || (!gaps && self.of_summaries[at].iter().all(|&scale| of_scale(scale)))
            }
        }
    }

    /// The scores of one respondent, in the order of [`Form::outputs`], by the rule called `rule` where a summary has one of that name.
    /// `answers` stand in the order of [`Form::item_ids`]; what is not there is missing.
    pub fn scores(&self, answers: &[Answer], rule: Option<&str>) -> Vec<Score> {
        let answer = |item: usize| answers.get(item).copied().unwrap_or(Answer::Missing);
        let scales: Vec<Score> = (self.definition.scales.iter().enumerate())
            .map(|(at, scale)| {
                let answered = self.of_scales[at].iter().map(|&item| (&self.items[item], answer(item)));
                scale::score(scale, answered, self.deciding[at].map(answer))
            })
            .collect();
        let summaries: Vec<Score> = (self.definition.summaries.iter().zip(&self.of_summaries))
            .map(|(of, parts)| {
                let parts = parts.iter().map(|&scale| (scales[scale], self.of_scales[scale].len()));
                summary::score(of, Output::Summary(of).rule(rule), parts)
            })
            .collect();
        scales.into_iter().chain(summaries).collect()
    }
}

fn of_group(group: &ItemGroup) -> Vec<Item> {
    // The keys are the whole numbers from the smallest answer to the largest: the check saw to it.
    let recoded = || {
        let mut pairs: Vec<(i64, f64)> =
            group.recode.iter().filter_map(|(answer, &counts)| Some((answer.trim().parse().ok()?, counts))).collect();
        pairs.sort_by_key(|pair| pair.0);
        Coding::Recoded(pairs.into_iter().map(|pair| pair.1).collect())
    };
    let coding = |id: &str| match (group.recode.is_empty(), group.reverse.contains(id)) {
        (false, _) => recoded(),
        (true, true) => Coding::Reversed,
        (true, false) => Coding::AsAnswered,
    };
    let item =
        |id: &String| Item { id: id.clone(), min: group.min, max: group.max, whole: group.whole, coding: coding(id) };
    group.ids.ids().iter().map(item).collect()
}
