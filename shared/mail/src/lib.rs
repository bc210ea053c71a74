//! Mail: SES, or in its place a folder that a local run writes to.
//!
//! A crate of its own, so that only functions that send mail carry the client of SES.

mod folder;
mod ses;

use std::sync::Arc;

use storefront_providers::{Mailer, NoProvider, Outside, Providers};
use tidings_aws::Setting;

pub use folder::MailFolder;
pub use ses::Ses;

/// What sends mail for a function: who stands in for the outside world, else what its process says ([`mailer_of`]).
///
/// # Errors
/// [`NoProvider`].
pub fn mailer(setting: &Setting) -> Result<Arc<dyn Mailer>, NoProvider> {
    match Outside::standing_in(setting) {
        Some(outside) => Ok(outside.mailer),
        None => mailer_of(&Providers::of_this_process(setting.config())),
    }
}

/// A folder where `MAIL_FOLDER` is set (a local run), else SES, sending from `MAIL_FROM`.
///
/// # Errors
/// When neither variable is set, or the folder cannot be made.
pub fn mailer_of(providers: &Providers) -> Result<Arc<dyn Mailer>, NoProvider> {
    if let Some(folder) = providers.said("MAIL_FOLDER") {
        return Ok(Arc::new(MailFolder::create(folder)?));
    }
    let from = providers.said("MAIL_FROM").ok_or(NoProvider::NoSender)?;
    Ok(Arc::new(Ses::new(providers.config(), from)))
}
