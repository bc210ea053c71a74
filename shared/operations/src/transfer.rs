//! Export and import: letters as a folder of files, for jq and git.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::{
    Change, Desk,
    error::{OperationError, Result},
    group::group_of,
    letter::Letter,
    show::Shown,
};

/// A letter in a file: how it is shown, and what is read back of it.
#[derive(Deserialize)]
struct File {
    id: String,
    #[serde(default)]
    event: Option<Box<RawValue>>,
    #[serde(default)]
    body: Option<String>,
}

/// What came of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The file.
    pub file: String,
    /// Which letter.
    pub letter: Option<String>,
    /// What came of it.
    pub result: String,
    /// Whether it was as it was meant.
    pub fine: bool,
}

/// Writes letters into a folder, a file each (`<consumer>/<id>.json`); what is sealed stays sealed.
///
/// # Errors
/// When a file cannot be written.
pub fn export(letters: &[Letter], folder: &Path) -> Result<usize> {
    for letter in letters {
        let folder = folder.join(letter.queue.consumer);
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |error| OperationError::File(path, error)
        };
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let file = folder.join(format!("{}.json", letter.id));
        let mut text = serde_json::to_string_pretty(&Shown::of(letter, group_of(letter)))?;
        text.push('\n');
        fs::write(&file, text).map_err(failed(&file))?;
    }
    Ok(letters.len())
}

impl Desk {
    /// Reads a folder that was exported: a letter whose body was changed there is edited so; one
    /// that is as it was is left. Each file stands for itself.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn import(
        &self,
        folder: &Path,
        dry: bool,
        who: &str,
        why: Option<&str>,
    ) -> Result<Vec<Imported>> {
        let mut imported = Vec::new();
        for file in files(folder)? {
            let name = file.display().to_string();
            let (letter, result) = self.import_one(&file, dry, who, why).await;
            let fine = result.is_ok();
            let result = result.unwrap_or_else(|error| error.to_string());
            imported.push(Imported {
                file: name,
                letter,
                result,
                fine,
            });
        }
        Ok(imported)
    }

    async fn import_one(
        &self,
        file: &Path,
        dry: bool,
        who: &str,
        why: Option<&str>,
    ) -> (Option<String>, Result<String>) {
        let read =
            fs::read_to_string(file).map_err(|error| OperationError::File(file.display().to_string(), error));
        let read = read.and_then(|text| Ok(serde_json::from_str::<File>(&text)?));
        match read {
            Err(error) => (None, Err(error)),
            Ok(read) => {
                let id = read.id.clone();
                (Some(id), self.take_over(read, dry, who, why).await)
            }
        }
    }

    async fn take_over(&self, file: File, dry: bool, who: &str, why: Option<&str>) -> Result<String> {
        let letter = self.letter(&file.id).await?;
        let body = match (file.event, file.body) {
            (Some(event), _) => event.get().to_owned(),
            (None, Some(body)) => body,
            (None, None) => {
                return Err(OperationError::Refused(
                    "the file has neither `event` nor `body`".into(),
                ));
            }
        };
        let same = match (
            serde_json::from_str::<Value>(&body),
            serde_json::from_str::<Value>(&letter.body),
        ) {
            (Ok(one), Ok(other)) => one == other,
            _ => body == letter.body,
        };
        if same {
            return Ok("as it was".to_owned());
        }
        if dry {
            return Ok("would be edited".to_owned());
        }
        let edited = self
            .edit(&letter, Change::Body(body), false, false, who, why)
            .await?;
        Ok(format!("edited (act {})", edited.act.id))
    }
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let failed = |error| OperationError::File(folder.display().to_string(), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        match path.is_dir() {
            true => found.extend(files(&path)?),
            false if path.extension().is_some_and(|extension| extension == "json") => found.push(path),
            false => {}
        }
    }
    found.sort();
    Ok(found)
}
