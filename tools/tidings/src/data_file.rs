//! The data file of a local run, which has one owner at a time.
//!
//! Two buses on one file would publish everything twice, each from its own memory. So whoever opens the file locks another one beside it (`shop.db.lock`), and
//! writes there which process it is. The operating system gives the lock back however the process ends.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

/// The file, as this process's own until this value is dropped.
#[derive(Debug)]
pub struct DataFile {
    path: PathBuf,
    _lock: File,
}

/// Why the file is not this process's.
#[derive(Debug, thiserror::Error)]
pub enum NotOurs {
    #[error("the data file {} is in use by {by}: end that first, or name another file (DATA=…)", path.display())]
    InUse { path: PathBuf, by: String },
    #[error("the data file {} cannot be locked: {error}", path.display())]
    Unlockable { path: PathBuf, error: io::Error },
}

impl DataFile {
    /// Makes the file this process's own. It need not be there yet.
    ///
    /// # Errors
    /// When it is another process's, which is named; or when nothing can be written beside it.
    pub fn take(path: &Path) -> Result<Self, NotOurs> {
        let unlockable = |error| NotOurs::Unlockable {
            path: path.to_owned(),
            error,
        };
        let beside = one_name(path).with_added_extension("lock");
        let options = || {
            File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&beside)
        };
        let mut lock = options().map_err(unlockable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let path = path.to_owned();
                return Err(NotOurs::InUse {
                    path,
                    by: holder(&mut lock),
                });
            }
            Err(TryLockError::Error(error)) => return Err(unlockable(error)),
        }
        let written = lock
            .set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| write!(lock, "{}", std::process::id()));
        written.map_err(unlockable)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// One name for the file, by whatever links it is reached.
fn one_name(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        // It is not there yet; its folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        match (folder, path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        }
    })
}

/// Which process has the lock.
fn holder(lock: &mut File) -> String {
    let mut id = String::new();
    match lock.read_to_string(&mut id) {
        Ok(_) if !id.is_empty() => format!("process {id}"),
        // It has not written yet which it is.
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_owner_who_is_named_and_then_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.db");
        let own = DataFile::take(&file).unwrap();
        assert_eq!(own.path(), file);
        let link = folder.path().join("link.db");
        for name in [
            &file,
            &folder
                .path()
                .join("../")
                .join(folder.path().file_name().unwrap())
                .join("shop.db"),
        ] {
            let refused = DataFile::take(name).unwrap_err();
            let by = format!("process {}:", std::process::id());
            assert!(refused.to_string().contains(&by), "{refused}");
        }
        std::fs::write(&file, "").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&file, &link).unwrap();
            assert!(matches!(DataFile::take(&link), Err(NotOurs::InUse { .. })));
        }
        drop(own);
        DataFile::take(&link).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let refused = DataFile::take(Path::new("/nowhere/at/all/shop.db")).unwrap_err();
        assert!(matches!(refused, NotOurs::Unlockable { .. }), "{refused}");
    }
}
