//! A kept answer as an item of the idempotency table.
//!
//! Partition key the caller and a digest of the key, sort key the endpoint: endpoints and consumers share one name space, so no consumer's record is
//! in its place.
//!
//! A request may hold personal values, and a person's name or address can be guessed. So its digest is made with the key, which is not kept: who reads
//! the table can neither tell whether a guess is right nor repeat the request. That holds for as good as the client has chosen the key.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::StatusCode;
use jiff::Timestamp;
use ring::hmac;
use sha2::{Digest as _, Sha256};
use tidings_core::{Failure, catalogue::Endpoint};

use super::{KEPT, key};
use crate::{
    http::{Answer, Problem, Request},
    transaction::Item,
};

const REQUEST: &str = "request_hash";
const STATUS: &str = "answer_status";
const BODY: &str = "answer_body";
pub(super) const EXPIRES: &str = "expires";

/// Where an answer is kept, and to what it is one.
pub(super) struct Place {
    endpoint: &'static str,
    /// The caller, `#`, and the key's digest.
    key: String,
    /// The request's digest.
    request: String,
}

impl Place {
    /// # Errors
    /// When the request's body cannot be read.
    pub(super) fn of<E: Endpoint>(request: &Request<E>, key: &str) -> Result<Self, Problem> {
        Ok(Self {
            endpoint: E::NAME,
            key: callers_key(request, key),
            request: digest(request, key)?,
        })
    }

    pub(super) fn key(&self) -> Item {
        [("event", self.key.as_str()), ("consumer", self.endpoint)]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
            .into()
    }

    /// The item of an answer.
    pub(super) fn item<E: Endpoint>(&self, answer: &Answer<E>, now: Timestamp) -> Item {
        let number = |value: i64| AttributeValue::N(value.to_string());
        let expires = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let attributes = [
            (REQUEST, AttributeValue::S(self.request.clone())),
            (STATUS, number(answer.status().as_u16().into())),
            (BODY, AttributeValue::S(answer.body().to_owned())),
            ("answered_at", number(now.as_millisecond())),
            (EXPIRES, number(expires.as_second())),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
        self.key().into_iter().chain(attributes).collect()
    }

    /// The answer that is in this place, if the request is the one that it was kept for.
    ///
    /// # Errors
    /// When it was kept for another request: 422. When the item is no answer.
    pub(super) fn read<E: Endpoint>(&self, item: &Item) -> Result<Answer<E>, Problem> {
        let read = || {
            let status: u16 = item.get(STATUS)?.as_n().ok()?.parse().ok()?;
            let status = StatusCode::from_u16(status).ok()?;
            let answer = Answer::kept(status, item.get(BODY)?.as_s().ok()?.clone());
            Some((item.get(REQUEST)?.as_s().ok()?, answer))
        };
        let unreadable = || Failure::permanent("what is kept for an idempotency key is no answer");
        let (request, answer) = read().ok_or_else(unreadable)?;
        match *request == self.request {
            true => Ok(answer),
            false => Err(key::taken()),
        }
    }
}

/// Whether the item still counts: an expired one stays for days (AWS: DynamoDB, time to live).
pub(super) fn counts(item: &Item, now: Timestamp) -> bool {
    let expires = item
        .get(EXPIRES)
        .and_then(|expires| expires.as_n().ok()?.parse().ok());
    expires.is_some_and(|expires: i64| expires > now.as_second())
}

/// Keys belong to the caller whom the authoriser names; callers whom nobody names share theirs. Of the key it has the SHA-256, in base64.
pub(super) fn callers_key<E: Endpoint>(request: &Request<E>, key: &str) -> String {
    let caller = request.actor().id.unwrap_or_default();
    let caller = caller.replace('%', "%25").replace('#', "%23");
    format!("{caller}#{}", BASE64_STANDARD.encode(Sha256::digest(key)))
}

/// HMAC-SHA-256 (RFC 2104) of path, query string and body by the request's key, in base64.
pub(super) fn digest<E: Endpoint>(request: &Request<E>, key: &str) -> Result<String, Problem> {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let head = [&request.event.raw_path, &request.event.raw_query_string].map(text);
    let mut digest = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()));
    digest.update(format!("{}\n", head.join("\n")).as_bytes());
    digest.update(&request.body()?);
    Ok(BASE64_STANDARD.encode(digest.sign()))
}
