//! The outside world of a local run: providers that stand in for the real ones, in this process. They keep what they are told, show it, and
//! can be made slow or failing, so that retries, isolation and dead letters can be watched.

mod calls;
mod cards;
mod mishaps;
mod slow_tables;
mod slowed;
mod stand_in;
mod watched;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use storefront_documents::DocumentFolder;
use storefront_mail::MailFolder;
use storefront_providers::Outside;

pub use calls::{Call, Calls, Document, SentMail};
pub use mishaps::{Fail, Mishap, Mishaps, Slow};
pub use slow_tables::SlowTables;
pub use slowed::Slowed;
pub use watched::Watched;

use cards::Cards;
use stand_in::{Documents, Mails, StandIn};

/// The providers that stand-ins are there for, by the names that `--slow` and `--fail` take.
pub const PROVIDERS: [&str; 7] = [
    "mail",
    "stripe",
    "slack",
    "warehouse",
    "crm",
    "affiliates",
    "invoices",
];

/// Where what the outside world gets is written.
#[derive(Debug, Clone, clap::Args)]
pub struct Folders {
    /// Where mails are written, as .eml files.
    #[arg(long, default_value = ".tidings/mail")]
    pub mail: PathBuf,
    /// Where invoices are written, as PDF files.
    #[arg(long, default_value = ".tidings/invoices")]
    pub invoices: PathBuf,
}

impl Folders {
    /// Both inside of this folder.
    pub fn inside(folder: &Path) -> Self {
        Self {
            mail: folder.join("mail"),
            invoices: folder.join("invoices"),
        }
    }
}

/// Everybody outside.
///
/// # Errors
/// When a folder cannot be made.
pub fn standing_in(folders: &Folders, mishaps: &Mishaps, calls: &Arc<Calls>) -> std::io::Result<Outside> {
    let stand_in = |name| StandIn::new(name, mishaps.clone(), calls.clone());
    let folder = MailFolder::create(&folders.mail)?;
    let invoices = DocumentFolder::create(&folders.invoices)?;
    let cards = Arc::new(Cards::behind(stand_in("stripe")));
    Ok(Outside {
        mailer: Arc::new(Mails::into_folder(folder, stand_in("mail"))),
        cards: cards.clone(),
        refunds: cards.clone(),
        customers: cards,
        chat: Arc::new(stand_in("slack")),
        warehouse: Arc::new(stand_in("warehouse")),
        crm: Arc::new(stand_in("crm")),
        affiliates: Arc::new(stand_in("affiliates")),
        invoices: Arc::new(Documents::into_folder(invoices, stand_in("invoices"))),
    })
}
