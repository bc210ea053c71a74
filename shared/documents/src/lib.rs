//! Documents that are kept for good: a bucket of S3, or in its place a folder that a local run writes to.
//!
//! A crate of its own, so that only functions that keep documents carry the client of S3.

mod bucket;
mod folder;
mod name;

use std::sync::Arc;

use storefront_providers::{KeepDocuments, NoProvider, Outside, Providers};
use tidings_aws::Setting;

pub use bucket::DocumentBucket;
pub use folder::DocumentFolder;

/// What keeps invoices for a function: who stands in for the outside world, else what its process says ([`invoices_of`]).
///
/// # Errors
/// [`NoProvider`].
pub fn invoices(setting: &Setting) -> Result<Arc<dyn KeepDocuments>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.invoices),
        None => invoices_of(&Providers::of_this_process(setting.config())),
    }
}

/// A folder where `INVOICES_FOLDER` is set (a local run), else the bucket `BUCKET_INVOICES`.
///
/// # Errors
/// When neither variable is set, or the folder cannot be made.
pub fn invoices_of(providers: &Providers) -> Result<Arc<dyn KeepDocuments>, NoProvider> {
    if let Some(folder) = providers.said("INVOICES_FOLDER") {
        return Ok(Arc::new(DocumentFolder::create(folder)?));
    }
    let bucket = providers.said("BUCKET_INVOICES").ok_or(NoProvider::NoBucket)?;
    Ok(Arc::new(DocumentBucket::new(providers.config(), bucket)))
}
