//! How far a command has come, in a file beside which it can be interrupted.

use std::{
    fs, io,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tempfile::NamedTempFile;

/// A file that says how far a work has come, and which work.
pub struct CheckpointFile<T> {
    path: PathBuf,
    work: String,
    kept: PhantomData<fn() -> T>,
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    work: String,
    reached: T,
}

impl<T: Serialize + DeserializeOwned> CheckpointFile<T> {
    /// The file of this `work`; where no path is said, one in `.tidings` that is named after it.
    pub fn of(path: Option<&Path>, command: &str, work: String) -> Self {
        let own = || {
            let word: String = work
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            PathBuf::from(".tidings").join(format!("{command}-{}.json", word.trim_matches('-')))
        };
        Self {
            path: path.map_or_else(own, ToOwned::to_owned),
            work,
            kept: PhantomData,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where an earlier run was interrupted; none where there was none, or where `restart` asks to begin again.
    pub fn read(&self, restart: bool) -> anyhow::Result<Option<T>> {
        let text = match fs::read_to_string(&self.path) {
            _ if restart => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| self.path.display().to_string())?,
        };
        let path = self.path.display();
        let kept: Kept<T> = serde_json::from_str(&text)
            .with_context(|| format!("{path} is no checkpoint of this command (--restart begins again)"))?;
        if kept.work != self.work {
            bail!(
                "{path} belongs to {}, not to {}; name another with --checkpoint, or --restart",
                kept.work,
                self.work
            );
        }
        Ok(Some(kept.reached))
    }

    /// Keeps how far it has come. The file is replaced as a whole: whoever reads it finds this or what was there before.
    pub fn keep(&self, reached: &T) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let file = NamedTempFile::new_in(folder)?;
        let work = self.work.clone();
        serde_json::to_writer(&file, &Kept { work, reached })?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// All is done: the next run begins again.
    pub fn discard(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, work: &str) -> CheckpointFile<u32> {
        CheckpointFile::of(Some(&folder.join("here/kept.json")), "replay", work.to_owned())
    }

    #[test]
    fn what_was_kept_is_read_until_it_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path(), "orders");
        assert_eq!(file.read(false).unwrap(), None);
        file.keep(&7).unwrap();
        file.keep(&8).unwrap();
        assert_eq!(file.read(false).unwrap(), Some(8));
        assert_eq!(file.read(true).unwrap(), None, "--restart");
        file.discard().unwrap();
        file.discard().unwrap();
        assert_eq!(file.read(false).unwrap(), None);
    }

    #[test]
    fn the_checkpoint_of_another_work_and_what_is_none_are_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "orders").keep(&7).unwrap();
        let told = file(folder.path(), "users").read(false).unwrap_err().to_string();
        assert!(
            told.contains("belongs to orders, not to users") && told.contains("--restart"),
            "{told}"
        );
        fs::write(folder.path().join("here/kept.json"), "{").unwrap();
        let told = format!("{:#}", file(folder.path(), "orders").read(false).unwrap_err());
        assert!(told.contains("is no checkpoint of this command"), "{told}");
    }
}
