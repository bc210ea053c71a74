//! What is to be made and changed, all of it before anything is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::Refused;

/// New files and changed ones, by their paths from the workspace's folder.
#[derive(Debug)]
pub struct Plan {
    root: PathBuf,
    files: BTreeMap<PathBuf, (Planned, String)>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// It is made.
    New,
    /// It is changed.
    Changed,
}

impl Plan {
    /// Nothing yet, in this folder.
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            files: BTreeMap::new(),
        }
    }

    /// Makes a file.
    pub(crate) fn make(&mut self, file: impl Into<PathBuf>, text: String) -> Result<(), Refused> {
        let file = file.into();
        if self.root.join(&file).exists() || self.files.contains_key(&file) {
            return Err(Refused::Exists(file));
        }
        self.files.insert(file, (Planned::New, text));
        Ok(())
    }

    /// Changes a file that is there, or that is planned.
    pub(crate) fn change(
        &mut self,
        file: impl Into<PathBuf>,
        change: impl FnOnce(&str) -> Option<String>,
        expected: &str,
    ) -> Result<(), Refused> {
        let file = file.into();
        let known = self.files.get(&file).cloned();
        let (planned, text) = match known.clone() {
            Some(planned) => planned,
            None => {
                let text = fs::read_to_string(self.root.join(&file));
                let text = text.map_err(|error| Refused::Io {
                    file: file.clone(),
                    error,
                })?;
                (Planned::Changed, text)
            }
        };
        let Some(changed) = change(&text) else {
            let expected = expected.to_owned();
            return Err(Refused::Unexpected { file, expected });
        };
        // What is as it should be already is no change.
        if changed != text || known.is_some() {
            self.files.insert(file, (planned, changed));
        }
        Ok(())
    }

    /// What becomes of which file.
    pub fn files(&self) -> impl Iterator<Item = (&Path, Planned)> {
        self.files
            .iter()
            .map(|(file, (planned, _))| (file.as_path(), *planned))
    }

    /// Writes everything.
    ///
    /// # Errors
    /// A file cannot be written. What was written before stays, and `git` takes it back.
    pub fn carry_out(&self) -> Result<(), Refused> {
        for (file, (_, text)) in &self.files {
            let to = self.root.join(file);
            let failed = |error| Refused::Io {
                file: file.clone(),
                error,
            };
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            fs::write(&to, text).map_err(failed)?;
        }
        Ok(())
    }
}

/// A template with each `{{name}}` in it replaced.
pub(crate) fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let fill = |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{{{name}}}}}"), value);
    values.iter().fold(template.to_owned(), fill)
}
