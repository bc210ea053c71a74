//! A guest's order: the secret by which its guest finds it again.
//!
//! The order is called by the secret's hash ([`guests_order`](storefront_contracts::guests_order)). The secret is made of the request, which only the
//! guest can repeat, and of a salt, which only the shop has. So a repeated request is answered with the same secret, nobody guesses it who
//! guesses the request, and no table holds it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use storefront_contracts::{GUEST, ORDER_SECRET, OrderCaller};
use tidings_aws::http::Request;
use tidings_core::catalogue::Endpoint;

/// Whose the order is that this caller places: their own, or a guest's. Somebody who is called as guests are is one.
pub(crate) fn who_orders(caller: Option<String>) -> String {
    caller.unwrap_or_else(|| GUEST.to_owned())
}

/// Who asks for an order by this request.
pub(crate) fn who_asks<E: Endpoint>(request: &Request<E>) -> OrderCaller {
    OrderCaller::new(request.actor().id, request.header(ORDER_SECRET.name))
}

/// What only the guest can repeat.
pub(crate) struct Told {
    /// The request's `Idempotency-Key`.
    pub(crate) key: String,
    /// How the provider calls the card. The checkout forgets it at its end.
    pub(crate) card: String,
    /// The address, which is stored sealed.
    pub(crate) email: String,
}

impl Told {
    /// The secret of the order that is asked for so: 256 bits, in base64url.
    pub(crate) fn secret(&self, salt: &str) -> String {
        let mut hash = Sha256::new();
        for part in [salt, &self.key, &self.card, &self.email] {
            // With its length before it, no part runs into the next one.
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_same_for_the_same_request_and_salt_and_another_for_any_other() {
        let told = |key: &str, card: &str, email: &str| Told {
            key: key.into(),
            card: card.into(),
            email: email.into(),
        };
        let secret = told("k", "tok", "a@b").secret("salt");
        assert_eq!(
            (told("k", "tok", "a@b").secret("salt"), secret.len()),
            (secret.clone(), 43)
        );
        for other in [
            told("l", "tok", "a@b").secret("salt"),
            told("k", "tok_", "a@b").secret("salt"),
            told("k", "tok", "b@b").secret("salt"),
            told("k", "tok", "a@b").secret("pepper"),
            told("kt", "ok", "a@b").secret("salt"),
        ] {
            assert_ne!(other, secret);
        }
    }
}
