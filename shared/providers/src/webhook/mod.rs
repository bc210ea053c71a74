//! Other systems, told by signed webhooks (Standard Webhooks, <https://github.com/standard-webhooks/standard-webhooks>): who gets one knows
//! who sent it, when, and whether he has had it before.

mod signature;

use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde::Serialize;
use tidings_core::Failure;

use crate::{
    Booked, Notice, Notify, Parcel, Unwanted, Warehouse,
    http::{Address, Answer, Http, refused, visible},
};
pub use signature::BadKey;
pub(crate) use signature::SigningKeys;

/// A system that takes signed webhooks.
#[derive(Debug, Clone)]
pub(crate) struct SignedWebhook {
    http: Http,
    /// How it is called in reasons.
    name: &'static str,
    address: Address,
    keys: SigningKeys,
}

/// What is sent. The specification has a time here too, of what the notice tells of; a notice says it in its data, if it does.
#[derive(Serialize)]
struct Body<'a, T> {
    #[serde(rename = "type")]
    kind: &'a str,
    data: &'a T,
}

impl SignedWebhook {
    /// The system of this name, at this address, which knows the keys, or one of them.
    pub(crate) fn new(http: Http, name: &'static str, address: Address, keys: SigningKeys) -> Self {
        Self {
            http,
            name,
            address,
            keys,
        }
    }

    /// Sends a webhook. Every try is signed anew, because a receiver refuses one that is minutes old; the id stays the same.
    async fn send<T: Serialize + Sync>(&self, id: &str, kind: &str, data: &T) -> Result<Answer, Failure> {
        self.taken(self.ask(id, kind, data).await?)
    }

    async fn ask<T: Serialize + Sync>(&self, id: &str, kind: &str, data: &T) -> Result<Answer, Failure> {
        let id = &visible(id);
        let body = serde_json::to_string(&Body { kind, data })?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let request = self
            .http
            .post(&self.address, "")
            .header("content-type", "application/json")
            .header("webhook-id", id.as_str())
            .header("webhook-timestamp", now)
            .header("webhook-signature", self.keys.sign(id, now, &body))
            .body(body);
        self.http.call(self.name, request).await
    }

    /// The answer, if it says that the receiver has taken what was sent.
    fn taken(&self, answer: Answer) -> Result<Answer, Failure> {
        if answer.is_success() {
            return Ok(answer);
        }
        Err(match refused(self.name, &answer, None) {
            // The try before, which we no longer wait for, is being worked on under the same id.
            Failure::Permanent { reason, .. } if matches!(answer.status.as_u16(), 409 | 425) => {
                Failure::transient(reason).of_class("InFlight")
            }
            other => other,
        })
    }
}

#[async_trait]
impl Notify for SignedWebhook {
    async fn notify(&self, notice: &Notice) -> Result<(), Failure> {
        self.send(&notice.id, notice.kind, &notice.data).await.map(drop)
    }
}

#[async_trait]
impl Warehouse for SignedWebhook {
    async fn pack(&self, parcel: &Parcel, key: &str) -> Result<Booked, Failure> {
        let answer = self.send(key, "parcel.requested", parcel).await?;
        let unread = || {
            let reason = format!(
                "{} answers {} with what cannot be read",
                self.name,
                answer.status.as_u16()
            );
            // It may have packed; asked again by the same id, it says the same, or says it better.
            Failure::transient(reason).of_class("Unreadable")
        };
        answer.json().ok_or_else(unread)
    }

    async fn unpack(&self, parcel: &Unwanted, key: &str) -> Result<(), Failure> {
        match self.ask(key, "parcel.unwanted", parcel).await? {
            // It knows of no such parcel (any more).
            answer if matches!(answer.status.as_u16(), 404 | 410) => Ok(()),
            answer => self.taken(answer).map(drop),
        }
    }
}

#[cfg(test)]
mod tests;
