//! Stores of the claim check without S3: in memory, and in a folder for data that outlives the process.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tidings_core::ports::{ClaimCheck, CollectError, TransportError};

/// Keeps data in memory; references are `memory:<key>`.
#[derive(Debug, Default)]
pub struct MemoryClaimCheck {
    kept: Mutex<BTreeMap<String, String>>,
}

impl MemoryClaimCheck {
    /// Forgets everything, as a bucket does whose objects have expired. Answers how much there was.
    pub fn forget(&self) -> usize {
        std::mem::take(&mut *self.kept()).len()
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ClaimCheck for MemoryClaimCheck {
    async fn deposit(&self, key: &str, data: &str) -> Result<String, TransportError> {
        let dataref = format!("memory:{key}");
        self.kept().insert(dataref.clone(), data.to_owned());
        Ok(dataref)
    }

    async fn collect(&self, dataref: &str) -> Result<String, CollectError> {
        let kept = self.kept().get(dataref).cloned();
        kept.ok_or_else(|| CollectError::Never(format!("{dataref} is not in this process's memory")))
    }
}

/// Keeps data as files of a folder; references are `folder:<key>`.
#[derive(Debug, Clone)]
pub struct FolderClaimCheck {
    folder: PathBuf,
}

impl FolderClaimCheck {
    /// Keeps files in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// A key is one file name: no step of a path, whatever a reference says.
    fn file(&self, key: &str) -> PathBuf {
        self.folder
            .join(format!("{}.json", key.replace(['/', '\\', ':'], "~")))
    }
}

#[async_trait]
impl ClaimCheck for FolderClaimCheck {
    async fn deposit(&self, key: &str, data: &str) -> Result<String, TransportError> {
        // What is there is the same data; half a file must never be.
        let (file, half) = (self.file(key), self.file(&format!("{key}.half")));
        let failed = |error| TransportError(format!("{}: {error}", file.display()));
        tokio::fs::write(&half, data).await.map_err(failed)?;
        tokio::fs::rename(&half, &file).await.map_err(failed)?;
        Ok(format!("folder:{key}"))
    }

    async fn collect(&self, dataref: &str) -> Result<String, CollectError> {
        let foreign = || CollectError::Never(format!("{dataref} is not in a folder"));
        let file = self.file(dataref.strip_prefix("folder:").ok_or_else(foreign)?);
        tokio::fs::read_to_string(&file).await.map_err(|error| {
            let reason = format!("{dataref}: {error}");
            match error.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidData => CollectError::Never(reason),
                _ => CollectError::NotNow(reason),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every store does.
    async fn keeps_and_gives_out(store: &dyn ClaimCheck) {
        let one = store.deposit("orders/1/a", r#"{"n":1}"#).await.unwrap();
        let other = store.deposit("orders/1/b", r#"{"n":2}"#).await.unwrap();
        assert_eq!(store.deposit("orders/1/a", r#"{"n":1}"#).await.unwrap(), one);
        assert_eq!(store.collect(&one).await.unwrap(), r#"{"n":1}"#);
        assert_eq!(store.collect(&other).await.unwrap(), r#"{"n":2}"#);
        for foreign in [
            "s3://b/orders/1/a",
            "orders/1/a",
            "memory:x",
            "folder:../secret",
            "folder:x",
        ] {
            let refused = store.collect(foreign).await;
            assert!(
                matches!(refused, Err(CollectError::Never(_))),
                "{foreign}: {refused:?}"
            );
        }
    }

    #[tokio::test]
    async fn data_is_kept_in_memory() {
        keeps_and_gives_out(&MemoryClaimCheck::default()).await;
    }

    #[tokio::test]
    async fn data_is_kept_in_a_folder_and_nothing_outside_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret.json"), "{}").unwrap();
        let store = FolderClaimCheck::create(&folder.path().join("claims")).unwrap();
        keeps_and_gives_out(&store).await;
        let again = FolderClaimCheck::create(&folder.path().join("claims")).unwrap();
        assert_eq!(again.collect("folder:orders/1/a").await.unwrap(), r#"{"n":1}"#);
    }
}
