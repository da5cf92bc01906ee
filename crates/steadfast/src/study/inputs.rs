//! The files that a run depends on, read once.

use std::path::{Path, PathBuf};

use steadfast_io::Dictionary;
use steadfast_io::ssda903::Files;

use crate::bundle::InputFile;
use crate::data::{Input, described_with_files};
use crate::error::{Error, Result};
use crate::plan::{PlacementSource, Plan};

/// A plan with its data and dictionary, and the files that the dictionary names.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The plan.
    pub plan: Plan,
    /// The plan's file name.
    pub plan_file: String,
    /// The plan's text.
    pub plan_source: Input,
    /// The data.
    pub data: Input,
    /// The dictionary.
    pub dictionary: Input,
    /// What the dictionary says.
    pub described: Dictionary,
    /// The definitions and tables that the dictionary names, by their paths in the plan's folder.
    pub dictionary_files: Vec<(String, Input)>,
    /// The files of `[placements]`: `placements`, `placement_mapping`, `spells`, `moves`.
    pub placement_files: Vec<PlacementFile>,
}

/// A file of `[placements]`.
#[derive(Debug, Clone)]
pub struct PlacementFile {
    /// What it is: `placements`, `placement_mapping`, `spells` or `moves`.
    pub role: &'static str,
    /// Its path in the plan's folder.
    pub file: String,
    /// Its content.
    pub input: Input,
}

/// The files that `source` names in `root`, each read once.
fn placement_files(source: &PlacementSource, root: &Path) -> Result<Vec<PlacementFile>> {
    let read = |role: &'static str, file: &Path| {
        let place = root.join(file);
        let input = Input::read(&place, &place.display().to_string())?;
        Ok::<_, Error>(PlacementFile { role, file: file.display().to_string(), input })
    };
    let mut files = Vec::new();
    if !source.files.is_empty() {
        let named: Vec<PathBuf> = source.files.iter().map(|file| root.join(file)).collect();
        for path in Files::paths(&named)? {
            // A path that a folder gave lies within the root as the plan names it.
            files.push(read("placements", path.strip_prefix(root).unwrap_or(&path))?);
        }
    }
    if let Some(tables) = &source.tables {
        files.push(read("spells", Path::new(&tables.spells))?);
        files.extend(tables.moves.as_ref().map(|moves| read("moves", Path::new(moves))).transpose()?);
    }
    files.extend(source.mapping.as_ref().map(|file| read("placement_mapping", Path::new(file))).transpose()?);
    Ok(files)
}

impl Inputs {
    /// The plan `file` in the folder `root`, with the data and the dictionary that it names.
    ///
    /// # Errors
    /// `unreadable_file`, `invalid_plan` or `invalid_dictionary`.
    pub fn load(root: &Path, file: &str) -> Result<Self> {
        let path = root.join(file);
        let source = Input::read(&path, &path.display().to_string())?;
        Self::of(source, root, file)
    }

    /// The plan that `source` holds, with its data and dictionary in `root`.
    ///
    /// # Errors
    /// As [`Inputs::load`].
    pub fn of(source: Input, root: &Path, file: &str) -> Result<Self> {
        let plan = Plan::parse(source.text()?, &source.name)?;
        let read = |name: &str| Input::read(&root.join(name), &root.join(name).display().to_string());
        let (data, dictionary) = (read(&plan.data.file)?, read(&plan.data.dictionary)?);
        let (described, files) = described_with_files(&dictionary)?;
        let beside = Path::new(&plan.data.dictionary).parent().unwrap_or(Path::new(""));
        let named = |(file, input): (PathBuf, Input)| (beside.join(file).display().to_string(), input);
        let dictionary_files = files.into_iter().map(named).collect();
        let plan_file = file.to_owned();
        let placements = plan.placements.as_ref().map(|source| placement_files(source, root)).transpose()?;
        let placement_files = placements.unwrap_or_default();
        Ok(Self {
            plan,
            plan_file,
            plan_source: source,
            data,
            dictionary,
            described,
            dictionary_files,
            placement_files,
        })
    }

    /// The files by role, path and hash.
    pub fn files(&self) -> Vec<InputFile> {
        let mut files = vec![
            InputFile::new("plan", &self.plan_file, &self.plan_source),
            InputFile::new("data", &self.plan.data.file, &self.data),
            InputFile::new("dictionary", &self.plan.data.dictionary, &self.dictionary),
        ];
        files.extend(self.dictionary_files.iter().map(|(file, input)| InputFile::new("dictionary_file", file, input)));
        files.extend(self.placement_files.iter().map(|file| InputFile::new(file.role, &file.file, &file.input)));
        files
    }
}
