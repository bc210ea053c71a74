//! The outside world of the storefront, behind ports one verb wide. A provider's documented errors become
//! transient or permanent failures here, and nowhere else.

mod cards;
mod cards_in_memory;
mod chat;
mod constructors;
mod customers;
mod documents;
mod folder;
mod mail;
mod notify;
mod outside;
mod ses;
mod warehouse;

pub use cards::{Charge, ChargeCards, ChargeError, RefundCharges};
pub use cards_in_memory::{CardsInMemory, Charged};
pub use chat::Chat;
pub use constructors::{affiliates, cards, chat, crm, customers, invoices, refunds, warehouse};
pub use customers::{CreateCustomers, NewCustomer};
pub use documents::KeepDocuments;
pub use folder::MailFolder;
pub use mail::{Mail, Mailer};
pub use notify::{Notice, Notify};
pub use outside::Outside;
pub use ses::Ses;
pub use warehouse::{Booked, Packed, Parcel, Warehouse};

use std::sync::Arc;

use aws_config::SdkConfig;

/// The mailer that the environment asks for: a folder where `MAIL_FOLDER` is set (a local run), else SES, sending
/// from `MAIL_FROM`.
///
/// # Errors
/// When neither variable is set, or the folder cannot be made.
pub fn mailer(config: &SdkConfig) -> Result<Arc<dyn Mailer>, NoProvider> {
    let variable = |name| {
        std::env::var(name)
            .ok()
            .filter(|value: &String| !value.is_empty())
    };
    if let Some(folder) = variable("MAIL_FOLDER") {
        return Ok(Arc::new(MailFolder::create(folder)?));
    }
    let from = variable("MAIL_FROM").ok_or(NoProvider::NoSender)?;
    Ok(Arc::new(Ses::new(aws_sdk_sesv2::Client::new(config), from)))
}

/// Why there is no such provider.
#[derive(Debug, thiserror::Error)]
pub enum NoProvider {
    /// Nobody to send from.
    #[error(
        "neither MAIL_FROM (the SES identity to send from) nor MAIL_FOLDER (a folder for .eml files) is set"
    )]
    NoSender,
    /// The folder cannot be made.
    #[error("the mail folder cannot be made: {0}")]
    Folder(#[from] std::io::Error),
    /// Its adapter is not built yet.
    #[error("the adapter of {0} is not built yet")]
    NotYet(&'static str),
}
