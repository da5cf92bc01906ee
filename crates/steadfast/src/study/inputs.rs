//! The files that a run depends on, read once.

use std::path::{Path, PathBuf};

use steadfast_io::Dictionary;

use crate::bundle::InputFile;
use crate::data::{Input, described_with_files};
use crate::error::Result;
use crate::plan::Plan;

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
        Ok(Self { plan, plan_file, plan_source: source, data, dictionary, described, dictionary_files })
    }

    /// The files by role, path and hash.
    pub fn files(&self) -> Vec<InputFile> {
        let mut files = vec![
            InputFile::new("plan", &self.plan_file, &self.plan_source),
            InputFile::new("data", &self.plan.data.file, &self.data),
            InputFile::new("dictionary", &self.plan.data.dictionary, &self.dictionary),
        ];
        files.extend(self.dictionary_files.iter().map(|(file, input)| InputFile::new("dictionary_file", file, input)));
        files
    }
}
