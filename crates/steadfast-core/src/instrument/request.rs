//! What is asked of a frame: which forms, in which columns, chosen how.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::AgeUnit;
use super::form::{Form, Output};

/// The informant that has no form: its rows are not applicable.
const NOBODY: &str = "none";

/// An instrument to be scored, in one form or in several of which each row has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub(super) prefix: String,
    pub(super) forms: Vec<Form>,
    pub(super) items: ItemColumns,
    pub(super) informant: Option<InformantColumn>,
    pub(super) age: Option<AgeColumn>,
    pub(super) rule: Option<String>,
    pub(super) standardise: Option<Reference>,
}

/// In which columns the items stand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemColumns {
    /// A name in which `{item}` stands for the item, such as `sdq_{item}`.
    Pattern(String),
    /// The column of each item.
    Named(BTreeMap<String, String>),
}

impl ItemColumns {
    /// The column of `item`, if it has one.
    pub fn column(&self, item: &str) -> Option<String> {
        match self {
            Self::Pattern(pattern) => Some(pattern.replace("{item}", item)),
            Self::Named(columns) => columns.get(item).cloned(),
        }
    }
}

/// The column that says who answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InformantColumn {
    /// Its name.
    pub column: String,
    /// For each of its levels the informant of the forms, or `none` for those who have no form. Where it is empty, the levels are
    /// the informants.
    pub means: BTreeMap<String, String>,
}

impl InformantColumn {
    /// The informant that `level` means, if it is known.
    pub(super) fn informant<'a>(&'a self, level: &'a str) -> Option<&'a str> {
        if self.means.is_empty() { Some(level) } else { self.means.get(level).map(String::as_str) }
    }

    /// Whether `informant` is the one without a form.
    pub(super) fn is_nobody(informant: &str) -> bool {
        informant == NOBODY
    }
}

/// The column that says how old the person was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeColumn {
    /// Its name.
    pub column: String,
    /// In what it counts.
    pub unit: AgeUnit,
}

/// The rows whose mean and standard deviation are 0 and 1 on the standardised scale.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reference {
    /// All rows.
    All,
    /// The rows at a level of a column, such as the visit `baseline`.
    At {
        /// The column.
        column: String,
        /// The level.
        level: String,
    },
}

impl Request {
    /// The `forms` of one instrument, whose items stand in the columns `items` and whose scores are called `prefix_scale`.
    pub fn new(prefix: impl Into<String>, forms: Vec<Form>, items: ItemColumns) -> Self {
        Self { prefix: prefix.into(), forms, items, informant: None, age: None, rule: None, standardise: None }
    }

    /// With the column that says who answered.
    pub fn informant(mut self, informant: InformantColumn) -> Self {
        self.informant = Some(informant);
        self
    }

    /// With the column of ages.
    pub fn age(mut self, column: impl Into<String>, unit: AgeUnit) -> Self {
        self.age = Some(AgeColumn { column: column.into(), unit });
        self
    }

    /// With the rule about missing scales called `rule`.
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// With scores standardised within informant, too.
    pub fn standardise(mut self, reference: Reference) -> Self {
        self.standardise = Some(reference);
        self
    }

    /// The first part of the names of its columns.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The forms.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The columns that it reads beside the items.
    pub fn other_columns(&self) -> impl Iterator<Item = &str> {
        let reference = match &self.standardise {
            Some(Reference::At { column, .. }) => Some(column.as_str()),
            _ => None,
        };
        let informant = self.informant.as_ref().map(|one| one.column.as_str());
        informant.into_iter().chain(self.age.as_ref().map(|one| one.column.as_str())).chain(reference)
    }

    /// The smallest and the largest answer that every form allows in `column`; none where no item stands there.
    pub fn answers(&self, column: &str) -> Option<(f64, f64)> {
        let items = self.forms.iter().flat_map(Form::items);
        let here = items.filter(|item| self.items.column(&item.id).as_deref() == Some(column));
        here.map(|item| (item.min, item.max)).reduce(|(low, high), (min, max)| (low.max(min), high.min(max)))
    }

    /// Everything that makes no sense, one sentence each.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.prefix.is_empty() {
            found.push("`prefix` is empty".to_owned());
        }
        if self.forms.is_empty() {
            found.push("it has no form".to_owned());
        }
        found.extend(self.item_problems());
        found.extend(self.choice_problems());
        let summaries = || self.forms.iter().flat_map(Form::outputs);
        let rules: BTreeSet<&str> = summaries()
            .filter_map(|output| match output {
                Output::Summary(summary) => Some(summary.rules.iter().map(|rule| rule.id.as_str())),
                Output::Scale(_) => None,
            })
            .flatten()
            .collect();
        if let Some(rule) = self.rule.as_deref()
            && !rules.contains(rule)
        {
            let known: Vec<&str> = rules.into_iter().collect();
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            found.push(format!("`{rule}` is no rule of the instrument; {known}"));
        }
        found
    }

    fn item_problems(&self) -> Vec<String> {
        match &self.items {
            ItemColumns::Pattern(pattern) if !pattern.contains("{item}") => {
                vec![format!("`items`: `{pattern}` does not say where `{{item}}` stands")]
            }
            ItemColumns::Pattern(_) => Vec::new(),
            ItemColumns::Named(columns) => {
                let is_known = |id: &str| self.forms.iter().any(|form| form.item_ids().any(|item| item == id));
                let strangers = columns.keys().filter(|id| !is_known(id));
                strangers.map(|id| format!("`items`: no form has the item `{id}`")).collect()
            }
        }
    }

    /// Whether each row can have at most one form by what is known of it.
    fn choice_problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let informants: BTreeSet<Option<&str>> =
            self.forms.iter().map(|form| form.definition().informant.as_deref()).collect();
        if informants.len() > 1 && self.informant.is_none() {
            found.push(
                "the forms have different informants: `informant` names the column that tells them apart".to_owned(),
            );
        }
        if let Some(column) = &self.informant {
            let known = |name: &str| InformantColumn::is_nobody(name) || informants.contains(&Some(name));
            let strangers: BTreeSet<&str> =
                column.means.values().map(String::as_str).filter(|name| !known(name)).collect();
            found.extend(strangers.into_iter().map(|name| format!("`informant`: no form is answered by `{name}`")));
        }
        let repeated = informants.len() < self.forms.len();
        if repeated && self.age.is_none() {
            found
                .push("several forms have the same informant: `age` names the column that tells them apart".to_owned());
        }
        found
    }
}
