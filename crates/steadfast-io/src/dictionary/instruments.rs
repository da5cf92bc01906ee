//! The sections `[[instruments]]` and `[[lookups]]`: what is scored, and what is looked up in tables.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use steadfast_core::instrument::{
    AgeUnit, Ages, Form, InformantColumn, ItemColumns, ItemList, Join, Lookup, LookupTable, Reference, Request,
};

use crate::error::{Error, Result};
use crate::instruments::{instrument, parse_instrument};
use crate::read::{ReadOptions, read_bytes};

/// One entry of `[[instruments]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InstrumentSource {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    definition: Option<OneOrMore>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<OneOrMore>,
    items: Items,
    prefix: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    informant: Option<Informant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age: Option<Age>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total_rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standardise: Option<Standardise>,
}

/// One entry of `[[lookups]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupSource {
    file: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    keys: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    items: Option<Tariff>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age: Option<Age>,
    values: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
}

/// A table of what each level of each item is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tariff {
    ids: ItemList,
    columns: Items,
    constant: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a pattern such as \"sdq_{item}\", a list of columns, or a table of item = column"
)]
enum Items {
    Pattern(String),
    Listed(Vec<String>),
    Named(BTreeMap<String, String>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a column, or { column = .., levels = { level = informant } }")]
enum Informant {
    Column(String),
    Levels(InformantLevels),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InformantLevels {
    column: String,
    levels: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Age {
    column: String,
    unit: AgeUnit,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected \"all\", or { column = .., level = .. }")]
enum Standardise {
    All(String),
    At(ReferenceLevel),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceLevel {
    column: String,
    level: String,
}

/// Gives the content of a file that a dictionary names, by that name.
pub(super) type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// The sections as they were written, and what they ask for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scoring {
    pub(super) instruments: Vec<InstrumentSource>,
    pub(super) lookups: Vec<LookupSource>,
    pub(super) requests: Vec<Request>,
    pub(super) tables: Vec<Lookup>,
    /// The files that are read besides the dictionary, as it names them, each once.
    pub(super) files: Vec<PathBuf>,
}

impl Scoring {
    /// What the sections ask for of the files that `read` gives. The texts say what makes no sense.
    pub(super) fn of(
        instruments: Vec<InstrumentSource>,
        lookups: Vec<LookupSource>,
        read: ReadFile<'_>,
    ) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let (mut requests, mut tables, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for (at, source) in instruments.iter().enumerate() {
            let place = format!("instruments[{}]", at + 1);
            files.extend(source.file.iter().flat_map(OneOrMore::texts).map(PathBuf::from));
            match source.request(read) {
                Ok(request) => requests.push(request),
                Err(found) => problems.extend(found.into_iter().map(|problem| format!("{place}: {problem}"))),
            }
        }
        for (at, source) in lookups.iter().enumerate() {
            files.push(PathBuf::from(&source.file));
            match source.lookup(read) {
                Ok(lookup) => tables.push(lookup),
                Err(error) => problems.push(format!("lookups[{}]: {error}", at + 1)),
            }
        }
        files.sort();
        files.dedup();
        (Self { instruments, lookups, requests, tables, files }, problems)
    }

    /// The columns that must be described, with the place that names them.
    pub(super) fn columns(&self) -> Vec<(String, String)> {
        let of_request = |(at, request): (usize, &Request)| {
            let named = |column: &str| (format!("instruments[{}]", at + 1), column.to_owned());
            request.other_columns().map(named).collect::<Vec<_>>()
        };
        self.requests.iter().enumerate().flat_map(of_request).collect()
    }
}

impl InstrumentSource {
    fn request(&self, read: ReadFile<'_>) -> std::result::Result<Request, Vec<String>> {
        let (mut forms, mut problems): (Vec<Form>, Vec<String>) = (Vec::new(), Vec::new());
        let shipped = self.definition.iter().flat_map(OneOrMore::texts).map(|id| instrument(id));
        let own = self.file.iter().flat_map(OneOrMore::texts).map(|file| own_form(file, read));
        for form in shipped.chain(own) {
            match form {
                Ok(form) => forms.push(form),
                Err(error) => problems.push(error.to_string()),
            }
        }
        if self.definition.is_none() && self.file.is_none() {
            problems.push("it has neither `definition` nor `file`".to_owned());
        }
        let items = match columns(&self.items, forms.first()) {
            Ok(items) => items,
            Err(problem) => {
                problems.push(problem);
                return Err(problems);
            }
        };
        let mut request = Request::new(&self.prefix, forms, items);
        if let Some(informant) = &self.informant {
            request = request.informant(informant.meaning());
        }
        if let Some(age) = &self.age {
            request = request.age(&age.column, age.unit);
        }
        if let Some(rule) = &self.total_rule {
            request = request.rule(rule);
        }
        match &self.standardise {
            None => {}
            Some(Standardise::All(all)) if all == "all" => request = request.standardise(Reference::All),
            Some(Standardise::All(_)) => {
                problems.push("`standardise` is \"all\" or { column = .., level = .. }".to_owned());
            }
            Some(Standardise::At(at)) => {
                let (column, level) = (at.column.clone(), at.level.clone());
                request = request.standardise(Reference::At { column, level });
            }
        }
        if problems.is_empty() {
            problems = request.problems();
        }
        if problems.is_empty() { Ok(request) } else { Err(problems) }
    }
}

fn content(file: &str, read: ReadFile<'_>) -> Result<Vec<u8>> {
    read(Path::new(file)).map_err(|source| Error::unreadable(Path::new(file), source))
}

/// The form that the `file` of a user defines.
fn own_form(file: &str, read: ReadFile<'_>) -> Result<Form> {
    let bytes = content(file, read)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Error::usage("invalid_instrument", format!("`{file}` is not UTF-8 text: {error}")))?;
    parse_instrument(text, file)
}

impl Informant {
    fn meaning(&self) -> InformantColumn {
        match self {
            Self::Column(column) => InformantColumn { column: column.clone(), means: BTreeMap::new() },
            Self::Levels(levels) => InformantColumn { column: levels.column.clone(), means: levels.levels.clone() },
        }
    }
}

/// In which columns the items stand; a list is in the order of the items of the form.
fn columns(items: &Items, form: Option<&Form>) -> std::result::Result<ItemColumns, String> {
    match items {
        Items::Pattern(pattern) => Ok(ItemColumns::Pattern(pattern.clone())),
        Items::Named(named) => Ok(ItemColumns::Named(named.clone())),
        Items::Listed(listed) => {
            let ids: Vec<&str> = form.map(|form| form.item_ids().collect()).unwrap_or_default();
            if listed.len() > ids.len() && form.is_some() {
                return Err(format!("`items` lists {} columns where the form has {} items", listed.len(), ids.len()));
            }
            let pairs = ids.iter().zip(listed).map(|(id, column)| ((*id).to_owned(), column.clone()));
            Ok(ItemColumns::Named(pairs.collect()))
        }
    }
}

impl LookupSource {
    fn lookup(&self, read: ReadFile<'_>) -> Result<Lookup> {
        let frame = read_bytes(&self.file, content(&self.file, read)?, &ReadOptions::new())?.infer()?;
        let (keys, join) = match (&self.items, self.keys.is_empty()) {
            (None, false) => {
                let columns = self.keys.values().cloned().collect();
                (self.keys.keys().cloned().collect(), Join::Columns(columns))
            }
            (Some(tariff), true) => {
                let columns = match &tariff.columns {
                    Items::Pattern(pattern) => ItemColumns::Pattern(pattern.clone()),
                    Items::Named(named) => ItemColumns::Named(named.clone()),
                    Items::Listed(listed) => {
                        ItemColumns::Named(tariff.ids.ids().iter().cloned().zip(listed.iter().cloned()).collect())
                    }
                };
                let items = tariff.ids.ids().to_vec();
                let join = Join::Items { items, columns, constant: tariff.constant };
                (vec!["item".to_owned(), "level".to_owned()], join)
            }
            _ => return Err(Error::usage("invalid_lookup", "it has `keys` or `items`, one of them")),
        };
        let values: Vec<String> = self.values.keys().cloned().collect();
        let has_ages = frame.get("age_from").is_some() || frame.get("age_below").is_some();
        let ages = match (&self.age, has_ages) {
            (Some(age), true) => {
                Some(Ages { from: "age_from".to_owned(), below: "age_below".to_owned(), unit: age.unit })
            }
            (None, false) => None,
            (Some(_), false) => {
                let message = format!("`{}` has no columns `age_from` and `age_below` for the `age`", self.file);
                return Err(Error::usage("invalid_lookup", message));
            }
            (None, true) => {
                let message = format!("`{}` is for certain ages: `age` names the column that holds them", self.file);
                return Err(Error::usage("invalid_lookup", message));
            }
        };
        let table = LookupTable::new(&frame, &keys, &values, ages.as_ref())?;
        let label = |name: &String| self.labels.get(name).unwrap_or(name).clone();
        let values = self.values.iter().map(|(from, to)| (from.clone(), (to.clone(), label(to)))).collect();
        let age = self.age.as_ref().map(|age| (age.column.clone(), age.unit));
        Ok(Lookup { name: self.file.clone(), table, join, age, values })
    }
}
