//! Mail into a folder: what a local run uses.

use std::path::PathBuf;

use async_trait::async_trait;
use lettre::{Message, message::header::ContentType};
use storefront_providers::{Mail, Mailer};
use tidings_core::Failure;

/// Writes every mail as an `.eml` file, which mail programs open.
#[derive(Debug, Clone)]
pub struct MailFolder {
    folder: PathBuf,
}

impl MailFolder {
    /// Writes into `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(folder: impl Into<PathBuf>) -> std::io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }
}

#[async_trait]
impl Mailer for MailFolder {
    async fn send(&self, mail: &Mail) -> Result<(), Failure> {
        let recipient = mail
            .to
            .parse()
            .map_err(|error| Failure::permanent(format!("the recipient's address: {error}")))?;
        let message = Message::builder()
            .from("Storefront <shop@example.com>".parse()?)
            .to(recipient)
            .subject(&mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .message_id(None)
            .body(mail.text.clone())?;
        let name = format!("{}.eml", uuid::Uuid::now_v7());
        Ok(tokio::fs::write(self.folder.join(name), message.formatted()).await?)
    }
}
