//! Stripe, by its API over HTTP: charges, refunds and customers.
//!
//! Every call has an `Idempotency-Key`: Stripe keeps the first answer to a key for at least 24 hours, whatever it was, also a 500, and gives
//! it to whoever asks again (Stripe: API reference, idempotent requests). So a try that comes later than that can be a second effect, and
//! one that comes after a 500 gets the same 500. What became of a charge is found by its order then ([`find`](crate::ChargeCards::find)).

mod amount;
mod charges;
mod customers;
mod refunds;
mod refusal;
mod standing;

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use tidings_core::Failure;

use crate::http::{Address, Answer, Http, visible};
use refusal::Refusal;

/// How the provider is called in reasons.
const STRIPE: &str = "Stripe";
/// Where it is.
pub(crate) const API: &str = "https://api.stripe.com";
/// The version of its API that this is written for: answers do not change with the account's settings.
const VERSION: &str = "2025-08-27.basil";

/// An account at Stripe.
#[derive(Debug, Clone)]
pub struct Stripe {
    http: Http,
    address: Address,
    key: SecretString,
}

impl Stripe {
    /// The account that this key opens (`sk_…`, or a restricted key that may write charges, refunds and customers).
    pub(crate) fn new(http: Http, address: Address, key: SecretString) -> Self {
        Self { http, address, key }
    }

    /// Asks for something to be made.
    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, &str)],
        key: &str,
    ) -> Result<T, Refusal> {
        Ok(self.post_or_hear_again(path, form, key).await?.0)
    }

    /// The same, and whether that is what was answered before, as Stripe repeats it for a day (Stripe: API reference, idempotent requests).
    async fn post_or_hear_again<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, &str)],
        key: &str,
    ) -> Result<(T, bool), Refusal> {
        let request = self.http.post(&self.address, path);
        let request = request.header("idempotency-key", visible(key)).form(form);
        let answer = self.answer(request).await?;
        Ok((made(&answer)?, answer.replayed))
    }

    /// Asks for what there is.
    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, Refusal> {
        self.ask(self.http.get(&self.address, path, query)).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Refusal> {
        made(&self.answer(request).await?)
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Answer, Refusal> {
        let request = request
            .bearer_auth(self.key.expose_secret())
            .header("stripe-version", VERSION);
        let answer = self.http.call(STRIPE, request).await.map_err(Refusal::Unknown)?;
        if answer.is_success() {
            return Ok(answer);
        }
        Err(refusal::read(&answer))
    }
}

fn made<T: DeserializeOwned>(answer: &Answer) -> Result<T, Refusal> {
    let unread = || {
        let reason = format!(
            "{STRIPE} answers {} with what cannot be read",
            answer.status.as_u16()
        );
        Refusal::Unknown(Failure::transient(reason).of_class("Unreadable"))
    };
    answer.json().ok_or_else(unread)
}

#[cfg(test)]
mod tests;
