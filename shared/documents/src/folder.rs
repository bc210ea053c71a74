//! Documents in a folder: what a local run uses.

use std::{io, path::PathBuf};

use async_trait::async_trait;
use storefront_providers::KeepDocuments;
use tidings_core::Failure;
use tokio::{fs, io::AsyncWriteExt as _};

use crate::name::check_name;

/// Keeps every document as a file.
#[derive(Debug, Clone)]
pub struct DocumentFolder {
    folder: PathBuf,
}

impl DocumentFolder {
    /// Keeps them in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }
}

#[async_trait]
impl KeepDocuments for DocumentFolder {
    async fn keep(&self, name: &str, _content_type: &str, document: &[u8]) -> Result<(), Failure> {
        check_name(name)?;
        let file = self.folder.join(name);
        let folder = file.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).await?;
        // Beside it first: who looks sees the whole document or none, never half of it. No document's name begins with a dot.
        let beside = folder.join(format!(".{}", uuid::Uuid::new_v4()));
        let kept = async {
            let mut written = fs::File::create_new(&beside).await?;
            written.write_all(document).await?;
            written.sync_all().await?;
            // Unlike a renaming, it takes no document's place.
            fs::hard_link(&beside, &file).await
        };
        let kept = kept.await;
        // What is left of it is in nobody's way, and what went wrong is the first error.
        fs::remove_file(&beside).await.ok();
        match kept {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && file.is_file() => Ok(()),
            kept => Ok(kept?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &str = "application/pdf";

    #[tokio::test]
    async fn a_document_stays_as_it_was_issued_and_leaves_nothing_beside() {
        let place = tempfile::tempdir().unwrap();
        let folder = DocumentFolder::create(place.path().join("invoices")).unwrap();
        for document in [b"first".as_slice(), b"second"] {
            folder.keep("2026/inv-1.pdf", PDF, document).await.unwrap();
            let kept = std::fs::read(place.path().join("invoices/2026/inv-1.pdf")).unwrap();
            assert_eq!(kept, b"first");
        }
        let beside = std::fs::read_dir(place.path().join("invoices/2026")).unwrap();
        assert_eq!(beside.count(), 1);
    }

    #[tokio::test]
    async fn no_name_leaves_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = DocumentFolder::create(place.path().join("invoices")).unwrap();
        let failed = folder.keep("../escaped.pdf", PDF, b"x").await.unwrap_err();
        assert!(
            matches!(
                failed,
                Failure::Permanent {
                    class: "DocumentName",
                    ..
                }
            ),
            "{failed:?}"
        );
        assert!(!place.path().join("escaped.pdf").exists());
    }

    #[tokio::test]
    async fn a_document_that_cannot_be_kept_now_comes_back_and_leaves_nothing_beside() {
        let place = tempfile::tempdir().unwrap();
        let folder = DocumentFolder::create(place.path()).unwrap();
        std::fs::create_dir_all(place.path().join("inv-1.pdf/in-the-way")).unwrap();
        let failed = folder.keep("inv-1.pdf", PDF, b"x").await.unwrap_err();
        assert!(matches!(failed, Failure::Transient { .. }), "{failed:?}");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
