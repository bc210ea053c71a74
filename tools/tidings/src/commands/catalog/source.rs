//! Where a verb's document comes from: this code, a file, or a deployed stage.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use tidings_catalogue::Document;

use crate::{commands::stage, system::storefront};

/// Says which document is read.
#[derive(clap::Args)]
pub struct Source {
    /// Reads this document, which `tidings catalog --json` has written, and not the one of this code.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Reads the document with which this stage was deployed ('' is the one whose names have no beginning). Region, credentials and
    /// endpoint are taken as the AWS CLI takes them.
    #[arg(long, conflicts_with = "from")]
    stage: Option<String>,
}

impl Source {
    /// The document.
    pub async fn read(&self) -> anyhow::Result<Document> {
        match &self.stage {
            Some(stage) => {
                let (url, text) = stage::document(stage).await?;
                Document::read(&text).with_context(|| url)
            }
            None => Self::file_or_code(self.from.as_deref()),
        }
    }

    /// The document of a file, or of this code.
    pub fn file_or_code(file: Option<&Path>) -> anyhow::Result<Document> {
        let Some(file) = file else {
            return Self::code();
        };
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Document::read(&text).with_context(|| file.display().to_string())
    }

    /// The document of this code.
    pub fn code() -> anyhow::Result<Document> {
        let text = serde_json::to_string(&storefront().catalogue())?;
        Document::read(&text).context("the catalogue of this code")
    }
}
