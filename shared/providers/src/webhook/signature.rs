//! The signature of a webhook (Standard Webhooks, "Signature scheme", symmetric).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};

/// What a key begins with, so that it is seen to be one.
const PREFIX: &str = "whsec_";
/// How many bytes a key has.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key that sender and receiver share.
#[derive(Clone)]
pub(crate) struct SigningKey(hmac::Key);

/// A text that is no key. It does not say what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key is not whsec_ and 24 to 64 bytes in base64 (make one with: echo \"whsec_$(openssl rand -base64 32)\")"
)]
pub struct BadKey;

impl SigningKey {
    /// Reads a key: `whsec_` and 24 to 64 bytes in base64.
    ///
    /// # Errors
    /// [`BadKey`].
    pub(crate) fn parse(text: &SecretString) -> Result<Self, BadKey> {
        let encoded = text.expose_secret().trim().strip_prefix(PREFIX).ok_or(BadKey)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| BadKey)?;
        if !BYTES.contains(&bytes.len()) {
            return Err(BadKey);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The header `webhook-signature` of a body that is sent at this time (seconds since 1970).
    pub(super) fn sign(&self, id: &str, at: u64, body: &str) -> String {
        let signed = hmac::sign(&self.0, format!("{id}.{at}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(signed))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<SigningKey, BadKey> {
        SigningKey::parse(&SecretString::from(text))
    }

    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = key.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_says_what_it_is_is_long_enough_and_is_never_shown() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        for bytes in [24, 32, 64] {
            assert!(key(&of(bytes)).is_ok(), "{bytes}");
            assert_eq!(
                format!("{:?}", key(&of(bytes)).unwrap()),
                "SigningKey([REDACTED])"
            );
        }
        let bare = STANDARD.encode([7; 32]);
        for no_key in [&of(23), &of(65), &bare, "whsec_", "whsec_!", ""] {
            assert_eq!(key(no_key).unwrap_err(), BadKey, "{no_key}");
        }
    }
}
