//! Lists of items as people write them: `[3, 8, "13-16", "distress"]`.

use serde::{Deserialize, Serialize};

/// The identifiers of items, in order. A text such as `"9-23"` stands for every whole number from the first to the last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Entry>", into = "Vec<String>")]
pub struct ItemList(Vec<String>);

/// One entry of a list.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected the number of an item, its name, or a range such as \"1-25\"")]
enum Entry {
    Number(u32),
    Text(String),
}

/// A range longer than this is a slip of the pen.
const LONGEST: u32 = 1_000;

impl ItemList {
    /// The list that `entries` write.
    ///
    /// # Errors
    /// One sentence when a range does not ascend, or is longer than a thousand items.
    pub fn new<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut items = Vec::new();
        for entry in entries {
            match range(entry.as_ref()) {
                None => items.push(entry.as_ref().to_owned()),
                Some((first, last)) if first < last && last - first < LONGEST => {
                    items.extend((first..=last).map(|number| number.to_string()));
                }
                Some(_) => return Err(format!("`{}` is no range of items", entry.as_ref())),
            }
        }
        Ok(Self(items))
    }

    /// The identifiers.
    pub fn ids(&self) -> &[String] {
        &self.0
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `id` is among them.
    pub fn contains(&self, id: &str) -> bool {
        self.0.iter().any(|item| item == id)
    }
}

fn range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

impl TryFrom<Vec<Entry>> for ItemList {
    type Error = String;

    fn try_from(entries: Vec<Entry>) -> Result<Self, String> {
        Self::new(entries.into_iter().map(|entry| match entry {
            Entry::Number(number) => number.to_string(),
            Entry::Text(text) => text,
        }))
    }
}

impl From<ItemList> for Vec<String> {
    fn from(list: ItemList) -> Self {
        list.0
    }
}
