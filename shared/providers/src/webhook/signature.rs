//! The signature of a webhook (Standard Webhooks, "Signature scheme", symmetric).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};

/// What a key begins with, so that it is seen to be one.
const PREFIX: &str = "whsec_";
/// How many bytes a key has.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Keys at once, at most: the new one and the one that it replaces.
const MOST: usize = 2;

/// What sender and receiver share: a key, and while it is changed a second one. A webhook is signed with each, so a receiver who knows either knows
/// the sender, and neither side has to change at a moment (Standard Webhooks, "Webhook secrets rotation").
#[derive(Clone)]
pub(crate) struct SigningKeys(Vec<hmac::Key>);

/// A text that is no key. It does not say what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key is not whsec_ and 24 to 64 bytes in base64, or two of these with a space between, the new one first (make one with: echo \
     \"whsec_$(openssl rand -base64 32)\")"
)]
pub struct BadKey;

impl SigningKeys {
    /// Reads a key, `whsec_` and 24 to 64 bytes in base64, or two of them with white space between.
    ///
    /// # Errors
    /// [`BadKey`].
    pub(crate) fn parse(text: &SecretString) -> Result<Self, BadKey> {
        let keys = text.expose_secret().split_whitespace().map(key);
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        match (1..=MOST).contains(&keys.len()) {
            true => Ok(Self(keys)),
            false => Err(BadKey),
        }
    }

    /// The header `webhook-signature` of a body that is sent at this time (seconds since 1970): a signature a key.
    pub(super) fn sign(&self, id: &str, at: u64, body: &str) -> String {
        let signed = format!("{id}.{at}.{body}");
        let signature = |key| format!("v1,{}", STANDARD.encode(hmac::sign(key, signed.as_bytes())));
        self.0.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}

fn key(text: &str) -> Result<hmac::Key, BadKey> {
    let encoded = text.strip_prefix(PREFIX).ok_or(BadKey)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| BadKey)?;
    let long_enough = BYTES.contains(&bytes.len());
    long_enough
        .then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        .ok_or(BadKey)
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<SigningKeys, BadKey> {
        SigningKeys::parse(&SecretString::from(text))
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
    fn while_a_key_is_changed_a_webhook_is_signed_with_both() {
        let (new, old) = (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            format!("whsec_{}", STANDARD.encode([7; 32])),
        );
        let signed = |keys: &str| key(keys).unwrap().sign("msg_1", 1_614_265_330, "{}");
        let both = format!("{} {}", signed(new), signed(&old));
        for between in [" ", "\n", " \t "] {
            assert_eq!(signed(&format!("{new}{between}{old}")), both);
        }
        assert_eq!(
            both.split(' ')
                .filter(|signature| signature.starts_with("v1,"))
                .count(),
            2
        );
    }

    #[test]
    fn a_key_says_what_it_is_is_long_enough_and_is_never_shown() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        for bytes in [24, 32, 64] {
            assert!(key(&of(bytes)).is_ok(), "{bytes}");
            assert_eq!(
                format!("{:?}", key(&of(bytes)).unwrap()),
                "SigningKeys([REDACTED])"
            );
        }
        let bare = STANDARD.encode([7; 32]);
        let (three, half) = (format!("{0} {0} {0}", of(32)), format!("{} {bare}", of(32)));
        for no_key in [
            &of(23),
            &of(65),
            &bare,
            "whsec_",
            "whsec_!",
            "",
            " ",
            &three,
            &half,
        ] {
            assert_eq!(key(no_key).unwrap_err(), BadKey, "{no_key}");
        }
    }
}
