//! The folder of samples and schemas.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use tidings_core::contract::{
    Contract,
    kept::{File, files},
};

/// Where the files are.
#[derive(clap::Args)]
pub struct Folder {
    /// The folder of samples and schemas: a folder a type.
    #[arg(long, value_name = "FOLDER", default_value = "events")]
    events: PathBuf,
}

impl Folder {
    /// Every file that these contracts have, against what is there.
    pub fn files(&self, contracts: &[Contract]) -> anyhow::Result<Vec<File>> {
        let events = self.events.display();
        ensure!(
            self.events.is_dir(),
            "{events} is no folder: run this in the project's root, or say where it is (--events)"
        );
        let mut unreadable = None;
        let files = files(contracts, |path| match fs::read_to_string(self.path(path)) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                unreadable = Some((path.to_owned(), error));
                None
            }
        });
        match unreadable {
            Some((path, error)) => Err(error).context(self.path(&path).display().to_string()),
            None => Ok(files),
        }
    }

    /// Writes a file.
    pub fn write(&self, file: &File) -> anyhow::Result<()> {
        let path = self.path(&file.path);
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        fs::write(&path, &file.text).with_context(|| path.display().to_string())
    }

    /// Where a file of this path in the folder is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.events.join(path)
    }
}
