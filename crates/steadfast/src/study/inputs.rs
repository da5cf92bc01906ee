//! The three files that a run depends on, read once.

use std::path::Path;

use crate::bundle::InputFile;
use crate::data::Input;
use crate::error::Result;
use crate::plan::Plan;

/// A plan with its data and dictionary.
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
}

impl Inputs {
    /// The plan `file` in the folder `root`, with the data and the dictionary that it names.
    ///
    /// # Errors
    /// `unreadable_file` or `invalid_plan`.
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
        Ok(Self { plan, plan_file: file.to_owned(), plan_source: source, data, dictionary })
    }

    /// The files by role, path and hash.
    pub fn files(&self) -> Vec<InputFile> {
        vec![
            InputFile::new("plan", &self.plan_file, &self.plan_source),
            InputFile::new("data", &self.plan.data.file, &self.data),
            InputFile::new("dictionary", &self.plan.data.dictionary, &self.dictionary),
        ]
    }
}
