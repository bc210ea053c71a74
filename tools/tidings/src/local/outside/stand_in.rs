//! One provider's stand-in.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use storefront_documents::DocumentFolder;
use storefront_mail::MailFolder;
use storefront_providers::{
    Booked, Chat, KeepDocuments, Mail, Mailer, Notice, Notify, Parcel, Unwanted, Warehouse,
};
use tidings_core::Failure;

use super::{Call, Calls, Mishaps};

/// Stands in for the provider of this name: is as slow and as failing as it is made to be, and keeps what it is told.
#[derive(Clone)]
pub(super) struct StandIn {
    name: &'static str,
    mishaps: Mishaps,
    calls: Arc<Calls>,
}

impl StandIn {
    pub(super) fn new(name: &'static str, mishaps: Mishaps, calls: Arc<Calls>) -> Self {
        Self { name, mishaps, calls }
    }

    /// Takes its time, and fails if it is to; else does what it is asked.
    pub(super) async fn asked<T, E>(
        &self,
        what: impl Into<String>,
        does: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Failure> + std::fmt::Display,
    {
        self.noted(what.into(), does, |_| None).await
    }

    /// The same, where it makes something and answers what it calls that.
    pub(super) async fn makes<E>(
        &self,
        what: impl Into<String>,
        does: impl AsyncFnOnce() -> Result<String, E>,
    ) -> Result<String, E>
    where
        E: From<Failure> + std::fmt::Display,
    {
        self.noted(what.into(), does, |made| Some(made.clone())).await
    }

    async fn noted<T, E>(
        &self,
        asked: String,
        does: impl AsyncFnOnce() -> Result<T, E>,
        made: impl FnOnce(&T) -> Option<String>,
    ) -> Result<T, E>
    where
        E: From<Failure> + std::fmt::Display,
    {
        let done = match self.mishaps.befall(self.name).await {
            Ok(()) => does().await,
            Err(failure) => Err(failure.into()),
        };
        self.calls.note(Call {
            at: Timestamp::now(),
            provider: self.name,
            asked,
            made: done.as_ref().ok().and_then(made),
            error: done.as_ref().err().map(ToString::to_string),
        });
        done
    }

    async fn told(&self, what: impl Into<String>) -> Result<(), Failure> {
        let told = self.asked(what, async || Ok::<_, Failed>(()));
        told.await.map_err(|Failed(failure)| failure)
    }
}

/// A failure that can be shown.
pub(super) struct Failed(pub(super) Failure);

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.reason())
    }
}

/// Mail, which goes into a folder.
pub(super) struct Mails {
    folder: MailFolder,
    stand_in: StandIn,
}

impl Mails {
    pub(super) fn into_folder(folder: MailFolder, stand_in: StandIn) -> Self {
        Self { folder, stand_in }
    }
}

#[async_trait]
impl Mailer for Mails {
    async fn send(&self, mail: &Mail) -> Result<(), Failure> {
        let send = async || self.folder.send(mail).await.map_err(Failed);
        let sent = self.stand_in.asked(format!("mail: {}", mail.subject), send);
        sent.await.map_err(|Failed(failure)| failure)?;
        self.stand_in.calls.sent(mail.clone());
        Ok(())
    }
}

#[async_trait]
impl Chat for StandIn {
    async fn post(&self, message: &str) -> Result<(), Failure> {
        self.told(format!("post: {message}")).await
    }
}

#[async_trait]
impl Notify for StandIn {
    async fn notify(&self, notice: &Notice) -> Result<(), Failure> {
        self.told(format!("notice of {} ({})", notice.kind, notice.id))
            .await
    }
}

#[async_trait]
impl Warehouse for StandIn {
    async fn pack(&self, parcel: &Parcel, _key: &str) -> Result<Booked, Failure> {
        self.told(format!("pack {} for {}", parcel.shipment_id, parcel.order_id))
            .await?;
        Ok(Booked {
            carrier: parcel.to.as_ref().map(|_| "DHL".to_owned()),
            tracking: parcel.to.as_ref().map(|_| format!("JD-{}", parcel.shipment_id)),
        })
    }

    async fn unpack(&self, parcel: &Unwanted, _key: &str) -> Result<(), Failure> {
        self.told(format!("unpack {} of {}", parcel.shipment_id, parcel.order_id))
            .await
    }
}

/// Documents, which go into a folder.
pub(super) struct Documents {
    folder: DocumentFolder,
    stand_in: StandIn,
}

impl Documents {
    pub(super) fn into_folder(folder: DocumentFolder, stand_in: StandIn) -> Self {
        Self { folder, stand_in }
    }
}

#[async_trait]
impl KeepDocuments for Documents {
    async fn keep(&self, name: &str, content_type: &str, document: &[u8]) -> Result<(), Failure> {
        let what = format!("keep {name} ({content_type}, {} bytes)", document.len());
        let keep = async || {
            self.folder
                .keep(name, content_type, document)
                .await
                .map_err(Failed)
        };
        let kept = self.stand_in.asked(what, keep).await;
        kept.map_err(|Failed(failure)| failure)?;
        self.stand_in.calls.kept(name);
        Ok(())
    }
}
