//! Where a verb's document comes from: this code, a file, or a deployed stage.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use tidings_catalogue::Document;

use crate::system::storefront;

/// Says which document is read.
#[derive(clap::Args)]
pub struct Source {
    /// Reads this document, which `tidings catalog --json` has written, and not the one of this code.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl Source {
    /// The document.
    pub async fn read(&self) -> anyhow::Result<Document> {
        match &self.from {
            None => Self::code(),
            Some(file) => {
                let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
                Document::read(&text).with_context(|| file.display().to_string())
            }
        }
    }

    /// The document of this code.
    pub fn code() -> anyhow::Result<Document> {
        let text = serde_json::to_string(&storefront().catalogue())?;
        Document::read(&text).context("the catalogue of this code")
    }
}
